import type { FileHandle } from "node:fs/promises";
import { InvalidOptionError } from "../../contracts/index.ts";
import { readOption } from "../../plugin/index.ts";
import { neededBuiltin } from "../../plugin/node-builtin.ts";
import type { AuditedRecord } from "../promise/audited-record.ts";
import { checkAuditedRecord } from "../promise/check-audited-record.ts";

/** Length of the end of the file that is read, in bytes, and of the longest line that is. Records are shorter. */
const mostBytes = 256 * 1024 * 1024;
const longestLine = 16 * 1024 * 1024;
const newline = 10;
const chunkBytes = 1024 * 1024;
const anyRecord = { leastProbability: 1e-6, everyMs: undefined };

/**
 * Returns the last records of an audit's file, the oldest first, as `promise.add` takes them: a promise that begins with
 * them knows what it knew before a restart. `most` in [1, 100,000], default 2,000. Lines that are not records, such as one
 * that a killed process has cut, are left out; without a file there are none. With a `trainingShare` below 1 the file lacks
 * losses of 0 that the promise was told, so that it would begin too strict: restore its state instead.
 *
 * Of a file of more than 256 MiB the last 256 are read. Rejects with `InvalidOptionError`, also for a file that cannot be
 * read, or is none: of a pipe it would wait for what may never come.
 */
export async function auditedRecords(file: string, most = 2_000): Promise<readonly AuditedRecord[]> {
  readOption({ is: "text" }, "auditedRecords.file", file);
  readOption({ is: "number", min: 1, max: 100_000, integer: true }, "auditedRecords.most", most);
  const { open, constants } = neededBuiltin("node:fs/promises");
  let last: AuditedRecord[] = [];
  try {
    // Not to wait, also for a pipe that took the file's place a moment ago.
    const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const about = await handle.stat();
      if (!about.isFile()) throw Object.assign(new Error("not a file"), { code: "not a file" });
      for await (const line of linesOf(handle, about.size)) {
        const record = recordOf(line);
        if (record === undefined) continue;
        last.push(record);
        if (last.length >= 2 * most) last = last.slice(-most);
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (code === "ENOENT") return [];
    throw new InvalidOptionError("auditedRecords.file", file, `a file that can be read (${String(code)})`);
  }
  return last.slice(-most);
}

/** Returns the lines at the end of a file of this size, without those that are longer than any record. Memory is bounded by these. */
async function* linesOf(handle: FileHandle, size: number): AsyncGenerator<string, void, void> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const take = (part: Uint8Array) => {
    length += part.length;
    if (length <= longestLine) parts.push(part);
    else parts = [];
  };
  const end = (): string => {
    const text = length <= longestLine ? Buffer.concat(parts).toString("utf8") : "";
    parts = [];
    length = 0;
    return text;
  };
  const start = Math.max(0, size - mostBytes);
  // Not further than it is long now: an audit may write to it without a pause.
  const chunks =
    size === 0
      ? []
      : handle.createReadStream({ start, end: size - 1, autoClose: false, highWaterMark: chunkBytes });
  for await (const chunk of chunks as AsyncIterable<Uint8Array>) {
    let from = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      take(chunk.subarray(from, at));
      yield end();
      from = at + 1;
    }
    take(chunk.subarray(from));
  }
  yield end();
}

function recordOf(line: string): AuditedRecord | undefined {
  try {
    const { at, session, tenant, category, metadata } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    const { decisionId, probability, loss, because } = (metadata as { audit: Record<string, unknown> }).audit;
    const time = typeof at === "string" ? Date.parse(at) : Number.NaN;
    const record = {
      decisionId,
      at: Number.isNaN(time) ? undefined : time,
      probability,
      loss,
      because,
      unit: session,
      tenant,
      category,
    };
    return checkAuditedRecord(record as AuditedRecord, anyRecord);
  } catch {
    // Not JSON, not of an audit, or with a value that no record has.
    return undefined;
  }
}
