-- Joins branches; there is nothing to do.
SELECT 1;
