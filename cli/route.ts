import { Command, Option } from "commander";
import type { RouteResult, Router } from "../src/contracts/index.ts";
import { explain } from "../src/plugin/index.ts";
import { showUsd } from "../src/plugin/show-usd.ts";
import type { Terminal } from "./io.ts";
import { openRouter } from "./open-router.ts";
import { paint } from "./paint.ts";
import { readPrompt } from "./read-prompt.ts";
import { toJson } from "./to-json.ts";

interface Options {
  readonly config?: string | undefined;
  readonly stream?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** The command `switchpoint route`: decides and calls. */
export function routeCommand(terminal: Terminal): Command {
  return new Command("route")
    .description("decide which model serves a prompt, and call it")
    .argument("[prompt]", "what to ask; - or nothing: what is piped in")
    .option(
      "--config <file>",
      "a .ts, .js or .mjs file whose default export is a router (default: a router from the environment)",
    )
    .addOption(new Option("--stream", "print the answer as it comes").conflicts("json"))
    .option("--json", "print the whole result: text, completion, decision, attempts, usage, cost")
    .addHelpText(
      "after",
      `
The answer goes to stdout; model, reason, cost and latency go to stderr.

Example:
  OPENAI_API_KEY=... switchpoint route "What is the capital of France?"
  git diff | switchpoint route -
  switchpoint route "Prove that the square root of 2 is irrational." --config router.ts --stream
`,
    )
    .action(async (given: string | undefined, options: Options) => {
      const prompt = await readPrompt(given, terminal);
      const router = await openRouter(options.config, terminal);
      try {
        await routePrompt(router, prompt, options, terminal);
      } finally {
        await router.close();
      }
    });
}

async function routePrompt(
  router: Router,
  prompt: string,
  options: Options,
  terminal: Terminal,
): Promise<void> {
  const result = options.stream ? await streamed(router, prompt, terminal) : await router.route(prompt);
  if (options.json) terminal.stdout(`${toJson(result)}\n`);
  else if (!options.stream) answerOn(terminal)(`${result.text}\n`);
  terminal.stderr(`${paint("dim", summary(router, result))}\n`);
}

async function streamed(router: Router, prompt: string, terminal: Terminal): Promise<RouteResult> {
  const stream = router.stream(prompt);
  const print = answerOn(terminal);
  for await (const chunk of stream) {
    const piece = chunk.choices[0]?.delta.content;
    if (piece) print(piece);
  }
  terminal.stdout("\n");
  return stream.result;
}

function answerOn({ answer, stdout }: Terminal): (text: string) => void {
  return answer ?? stdout;
}

/**
 * Describes the model that answered, which may differ from the decided one, with cost, latency and reason.
 */
function summary(router: Router, { decision, attempts, costUsd, latencyMs }: RouteResult): string {
  const served = attempts.at(-1)?.model ?? decision.model;
  const name = router.models[served]?.name ?? served;
  const fallback = served === decision.model ? "" : ` (instead of ${decision.model})`;
  return [
    `${served}${fallback}: ${name}`,
    costUsd === undefined ? "cost unknown" : showUsd(costUsd),
    `${Math.round(latencyMs)} ms`,
    `decided on ${explain(decision)}`,
  ].join(" | ");
}
