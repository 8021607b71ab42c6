import type { DecisionLine } from "../evals/data/decisions/decision-line.ts";
import { showUsd } from "../src/plugin/show-usd.ts";
import { formatTable } from "./format-table.ts";
import { lineWriter } from "./line-writer.ts";
import type { LogQuery } from "./logs-query.ts";
import { toJson } from "./to-json.ts";

const defaultLimit = 20;

/** Lists decisions: the newest as a table, or all as JSON lines, as the log has them. */
export async function listDecisions({ entries, terminal, json, limit }: LogQuery): Promise<void> {
  const last: DecisionLine[] = [];
  const most = limit ?? (json ? Number.POSITIVE_INFINITY : defaultLimit);
  const output = lineWriter(terminal);
  let count = 0;
  try {
    for await (const { decision } of entries) {
      count += 1;
      if (json && limit === undefined) await output.write(toJson(decision));
      else {
        last.push(decision);
        if (last.length > most) last.shift();
      }
    }
    if (json) for (const decision of last) await output.write(toJson(decision));
  } finally {
    output.flush();
  }
  if (json) return;
  terminal.stdout(decisionTable(last));
  if (count > last.length) terminal.stderr(`the last ${last.length} of ${count}: --limit shows more\n`);
}

/** Formats decisions as a table. */
export function decisionTable(decisions: readonly DecisionLine[]): string {
  if (decisions.length === 0) return "no decision fits\n";
  const rows = decisions.map((decision) => {
    const { at, id, model, reason, costUsd, latencyMs, request, error } = decision;
    return [
      text(at),
      text(id),
      text(model),
      costUsd === undefined ? "-" : showUsd(costUsd),
      typeof latencyMs === "number" ? `${Math.round(latencyMs)} ms` : "-",
      text(request.tenant ?? "-"),
      text(error === undefined ? "ok" : error?.code),
      cut(text(reason)),
    ];
  });
  return `${formatTable([["at", "id", "model", "cost", "time", "tenant", "end", "reason"], ...rows])}\n`;
}

/** A file may hold anything where a text should be. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : String(JSON.stringify(value) ?? "-");
}

const widest = 80;

function cut(reason: string): string {
  return reason.length <= widest ? reason : `${reason.slice(0, widest - 1)}…`;
}
