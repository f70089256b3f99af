CREATE TABLE `columns` (`table` INTEGER NOT NULL PRIMARY KEY, `is_nullable` INTEGER, `Weird Name` INTEGER, `2nd` INTEGER);
CREATE TABLE `self` (`type` INTEGER NOT NULL PRIMARY KEY, `user::role>>x` INTEGER, `__hidden` INTEGER);
CREATE TABLE `user-has roles` (`id` INTEGER NOT NULL PRIMARY KEY, `async` INTEGER NOT NULL, FOREIGN KEY (`async`) REFERENCES `self` (`type`));
CREATE TABLE `__ignored` (`id` INTEGER NOT NULL PRIMARY KEY);
