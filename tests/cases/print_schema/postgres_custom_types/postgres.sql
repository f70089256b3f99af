CREATE SCHEMA app;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE "HTTPMethod" AS ENUM ('GET');
CREATE TYPE app.address AS (street TEXT, city TEXT);
CREATE DOMAIN email AS VARCHAR(80) NOT NULL;
CREATE DOMAIN work_email AS email;
CREATE TABLE people (id SERIAL PRIMARY KEY, feels mood NOT NULL, felt mood[], method "HTTPMethod", home app.address, mail email, work work_email, mails email[], at TIMETZ);
CREATE TABLE plain (id SERIAL PRIMARY KEY);
