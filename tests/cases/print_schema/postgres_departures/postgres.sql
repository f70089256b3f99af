-- Names that print-schema leaves alone, and on which `table!` breaks.
CREATE TYPE "Mood" AS ENUM ('calm', 'sad');
CREATE TABLE moods ("Mood" "Mood" PRIMARY KEY, "Mood_" integer NOT NULL);
CREATE TABLE days (id integer PRIMARY KEY, "Mood" "Mood" NOT NULL REFERENCES moods, star text, "Text" text);
CREATE TABLE diesel (id integer PRIMARY KEY, diesel numeric(10) NOT NULL);
