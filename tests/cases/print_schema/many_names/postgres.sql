CREATE TABLE a_rather_long_name_0 (id SERIAL PRIMARY KEY);
CREATE TABLE a_rather_long_name_1 (id SERIAL PRIMARY KEY);
CREATE TABLE a_rather_long_name_2 (id SERIAL PRIMARY KEY);
