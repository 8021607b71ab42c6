const columns = "id, at, model, reason, tenant, session, promptHash, costUsd, line";

/** Statement that adds a row. */
export const addRow: string = `INSERT INTO lines (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/**
 * Statement that adds a row unless it is there: a thread that was ended while a disk hung may have written what is then
 * given to the next one. It is looked for by id, and a line about no decision, whose id is empty, by its time.
 */
export const addRowAgain: string = `
WITH given (${columns}) AS (VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?))
INSERT INTO lines (${columns}) SELECT ${columns} FROM given WHERE CASE id
  WHEN '' THEN NOT EXISTS (SELECT 1 FROM lines WHERE at = given.at AND +id = '' AND line = given.line)
  ELSE NOT EXISTS (SELECT 1 FROM lines WHERE id = given.id AND +at = given.at AND line = given.line)
END`;
