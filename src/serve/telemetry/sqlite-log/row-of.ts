import type { LogLine } from "../../../router/log/log-line.ts";

/** Values of a row, in the order of its columns. */
export type Row = readonly (string | number | null)[];

export function rowOf(line: LogLine): Row {
  const { id, model, reason = null, tenant = null, session = null, promptHash = null, costUsd } = line;
  const at = Date.parse(line.at);
  return [
    id,
    Number.isFinite(at) ? at : 0,
    model,
    reason,
    tenant,
    session,
    promptHash,
    costUsd !== undefined && Number.isFinite(costUsd) ? costUsd : null,
    line.text.slice(0, -1),
  ];
}
