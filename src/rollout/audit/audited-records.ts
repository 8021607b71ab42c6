import { InvalidOptionError } from "../../contracts/index.ts";
import { checkNumber, checkText } from "../../plugin/index.ts";
import { neededBuiltin } from "../../plugin/node-builtin.ts";
import type { AuditedRecord } from "../promise/audited-record.ts";
import { checkAuditedRecord } from "../promise/check-audited-record.ts";

/** Length of the end of the file that is read, in bytes, and of the longest line that is, in characters. */
const mostBytes = 256 * 1024 * 1024;
const longestLine = 16 * 1024 * 1024;
const anyRecord = { leastProbability: 1e-6, everyMs: undefined };

/**
 * Returns the last records of an audit's file, the oldest first, as `promise.add` takes them: a promise that begins with
 * them knows what it knew before a restart. `most` in [1, 100,000], default 2,000. Lines that are not records, such as one
 * that a killed process has cut, are left out; without a file there are none. With a `trainingShare` below 1 the file lacks
 * losses of 0 that the promise was told, so that it would begin too strict: restore its state instead.
 *
 * Rejects with `InvalidOptionError`, also for a file that cannot be read.
 */
export async function auditedRecords(file: string, most = 2_000): Promise<readonly AuditedRecord[]> {
  checkText("auditedRecords.file", file);
  checkNumber("auditedRecords.most", most, { min: 1, max: 100_000, integer: true });
  const { open } = neededBuiltin("node:fs/promises");
  let last: AuditedRecord[] = [];
  try {
    const handle = await open(file, "r");
    try {
      const { size } = await handle.stat();
      const start = Math.max(0, size - mostBytes);
      for await (const line of handle.readLines({ start, autoClose: false })) {
        const record = line.length > longestLine ? undefined : recordOf(line);
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
