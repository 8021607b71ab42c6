import { createHash } from "node:crypto";
import type { DecisionLine } from "../evals/data/decisions/decision-line.ts";
import { formatTable } from "./format-table.ts";
import { lineWriter } from "./line-writer.ts";
import { text } from "./logs-list.ts";
import type { LogQuery } from "./logs-query.ts";
import { toJson } from "./to-json.ts";

/** One of two decisions about equal prompts. */
interface FlipSide {
  readonly id: string;
  readonly at: string;
  readonly model: string;
  readonly reason: string;
  /** Hash of the policy. */
  readonly policy: string;
  /** True if a lottery drew it. */
  readonly drawn: boolean;
}

interface Flip {
  readonly prompt: string;
  readonly from: FlipSide;
  readonly to: FlipSide;
}

/** Largest number of prompts that are remembered: of more, those that were not seen for longest are forgotten. */
const mostPrompts = 200_000;
const defaultLimit = 20;

/** Shows prompts that went to another model than the time before, in the order of the log. */
export async function listFlips({ entries, terminal, json, limit }: LogQuery): Promise<void> {
  const last = new Map<string, FlipSide>();
  const shown: Flip[] = [];
  const most = limit ?? defaultLimit;
  const output = lineWriter(terminal);
  let flips = 0;
  let forgotten = 0;
  for await (const { decision } of entries) {
    const prompt = promptOf(decision);
    if (prompt === undefined) continue;
    const from = last.get(prompt);
    const to = sideOf(decision);
    last.delete(prompt);
    last.set(prompt, to);
    if (last.size > mostPrompts) {
      last.delete(last.keys().next().value as string);
      forgotten += 1;
    }
    if (from === undefined || from.model === to.model) continue;
    flips += 1;
    const flip = { prompt, from, to };
    if (json && limit === undefined) await output.write(toJson(flip));
    else {
      shown.push(flip);
      if (shown.length > most) shown.shift();
    }
  }
  if (json) for (const flip of shown) await output.write(toJson(flip));
  output.flush();
  if (!json) terminal.stdout(flipTable(shown));
  if (!json && flips > shown.length)
    terminal.stderr(`the last ${shown.length} of ${flips}: --limit shows more\n`);
  if (forgotten > 0)
    terminal.stderr(
      `only the last ${mostPrompts} different prompts were compared, ${forgotten} were forgotten\n`,
    );
}

/** Returns what equal prompts have in common: their hash with its key, or a hash of the prompt itself. */
function promptOf({ prompt, promptHash, hashKeyId }: DecisionLine): string | undefined {
  if (typeof promptHash === "string") return `${text(hashKeyId ?? "-")}:${promptHash}`;
  if (typeof prompt !== "string") return undefined;
  return `sha256:${createHash("sha256").update(prompt).digest("hex").slice(0, 32)}`;
}

function sideOf({ id, at, model, reason, versions, propensity }: DecisionLine): FlipSide {
  return { id, at, model, reason: text(reason), policy: text(versions.policy), drawn: propensity < 1 };
}

function flipTable(flips: readonly Flip[]): string {
  if (flips.length === 0) return "no prompt went to another model than the time before\n";
  const rows = flips.map(({ prompt, from, to }) => [
    prompt.slice(-32),
    from.at,
    to.at,
    `${from.model} -> ${to.model}`,
    causeOf(from, to),
    `${from.reason} -> ${to.reason}`,
  ]);
  return `${formatTable([["prompt", "from", "to", "models", "cause", "reasons"], ...rows])}\n`;
}

function causeOf(from: FlipSide, to: FlipSide): string {
  if (from.policy !== to.policy) return "another policy";
  return from.drawn || to.drawn ? "drawn" : "state";
}
