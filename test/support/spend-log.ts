import type { Attempt } from "../../src/contracts/index.ts";

/** Fields of a line of a decision log that tests of spend set. */
export interface SpendLine {
  readonly id: string;
  readonly at?: string;
  readonly attempts: readonly Partial<Attempt>[];
  readonly session?: string;
  readonly tenant?: string;
  readonly inputTokens?: number;
  readonly complexity?: number;
  readonly propensity?: number;
  readonly first?: string;
  readonly forced?: boolean;
  readonly refused?: readonly string[];
  readonly error?: { readonly code: string; readonly message: string };
}

/** A whole attempt: an answer of the small model for a thousandth of a dollar, unless the fields say otherwise. */
export function attemptOf(id: string, fields: Partial<Attempt> = {}): Attempt {
  const model = fields.model ?? "small";
  return {
    id,
    model,
    name: `fake:${model}`,
    hop: "answer",
    startedAt: "2026-11-26T10:00:00.000Z",
    latencyMs: 10,
    usage: { inputTokens: 100, outputTokens: 50 },
    costUsd: 0.001,
    ...fields,
  };
}

/** A line of a decision log. */
export function spendLine(line: SpendLine): string {
  const { id, at = "2026-11-26T10:00:00.000Z", session, tenant, inputTokens = 100, complexity = 0.5 } = line;
  const attempts = line.attempts.map((fields, index) => attemptOf(fields.id ?? `${id}/${index + 1}`, fields));
  const first = line.first ?? attempts[0]?.model ?? "small";
  const refused = line.refused ?? [];
  return JSON.stringify({
    id,
    at,
    model: first,
    plan: [{ model: first }],
    fallbacks: [],
    request: {
      askCharacters: 4 * inputTokens,
      characters: 4 * inputTokens,
      inputTokens,
      expectedOutputTokens: 300,
      turns: 1,
      tools: 0,
      images: 0,
      toolLoopPending: false,
      jsonSchema: false,
      labels: {},
      session,
      tenant,
    },
    classification: { complexity },
    candidates: ["small", "large"].map((model) => ({
      model,
      permitted: refused.includes(model) ? "only: not here" : true,
    })),
    draw: 0.5,
    policy: { name: "threshold" },
    reason: "test",
    propensity: line.propensity ?? 1,
    forced: line.forced ?? false,
    certified: false,
    versions: { package: "0.1.0", classifier: "complexity@1", catalogue: "2026-11-26", policy: "x" },
    attempts,
    ...(line.error === undefined ? {} : { error: line.error }),
    latencyMs: 10,
  });
}

/** A source of lines. */
export function linesSource(
  lines: readonly string[],
  name = "log",
): { name: string; chunks: AsyncIterable<Uint8Array> } {
  return {
    name,
    chunks: (async function* () {
      yield Buffer.from(lines.join("\n"));
    })(),
  };
}
