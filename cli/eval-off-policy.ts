import { Command } from "commander";
import { joinDecisions, type LoggedDecision } from "../evals/data/decisions/join-feedback.ts";
import { type OffPolicyOptions, offPolicy } from "../evals/monitor/off-policy/off-policy.ts";
import { InvalidOptionError, type Router } from "../src/contracts/index.ts";
import { bootstrapOption, intervalsOf, seedOption } from "./eval-options/intervals.ts";
import type { Io } from "./io.ts";
import { optionalNumber } from "./optional-number.ts";
import { reclassifyDecisions } from "./reclassify-decisions.ts";
import { offPolicyToJson, offPolicyToText } from "./show-off-policy.ts";
import { withRouter } from "./with-router.ts";

interface Options {
  readonly log: string;
  readonly feedback: string;
  readonly config: string;
  readonly source?: string | undefined;
  readonly since?: string | undefined;
  readonly reclassify?: boolean | undefined;
  readonly unit: string;
  readonly clip?: string | undefined;
  readonly bootstrap: string;
  readonly seed: string;
  readonly json?: boolean | undefined;
}

/** The command `switchpoint eval off-policy`: estimates the effect of another policy from a decision log. */
export function evalOffPolicyCommand(io: Io): Command {
  return new Command("off-policy")
    .description("estimate the effect of another policy from a decision log and feedback; no model is called")
    .requiredOption("--log <file>", "decision log: .jsonl or .jsonl.gz")
    .requiredOption("--feedback <file>", "{ decisionId, quality } a line: .jsonl or .jsonl.gz")
    .requiredOption("--config <file>", "the router with the other policy")
    .option("--source <name>", "only feedback with this source counts")
    .option("--since <date>", "only decisions from then on (ISO 8601)")
    .option("--reclassify", "classify again with the config's classifier; the log must hold prompts")
    .option("--unit <name>", "independent observation: session, tenant or decision", "session")
    .option("--clip <number>", "largest weight of the clipped estimate (default: square root of the rows)")
    .addOption(bootstrapOption("bootstrap intervals"))
    .addOption(seedOption("seed of folds and resamples"))
    .option("--json", "print JSON: { quality: { logged, estimates: { dr: { value, low, high }, … } }, … }")
    .addHelpText(
      "after",
      `
The log must come from a policy that explores, such as explore(0.05, policy): one that always decides the
same way cannot show the effect of another, and is refused.

Example:
  switchpoint eval off-policy --log decisions.jsonl --feedback feedback.jsonl --config router.ts
`,
    )
    .action((options: Options) => evalOffPolicy(options, io));
}

async function evalOffPolicy(options: Options, io: Io): Promise<void> {
  const { log, feedback, source } = options;
  const since = options.since === undefined ? undefined : Date.parse(options.since);
  if (Number.isNaN(since)) throw new InvalidOptionError("--since", options.since, "a date in ISO 8601");
  const settings: OffPolicyOptions = {
    file: log,
    unit: options.unit as OffPolicyOptions["unit"],
    clip: optionalNumber("--clip", options.clip, Number.MIN_VALUE, Number.MAX_VALUE),
    ...intervalsOf(options),
  };
  const { decisions, report: joined } = joinDecisions({ log, feedback, source });
  await withRouter(options.config, async (router) => {
    const logged = since === undefined ? decisions() : from(decisions(), since);
    const again = options.reclassify ? reclassifyDecisions(logged, router, log) : undefined;
    const report = await offPolicy(again?.decisions ?? logged, router, {
      ...settings,
      classifier: await classifierOf(router),
    });
    const shortened = again?.shortened() ?? 0;
    if (shortened > 0)
      io.stderr(`${shortened} requests were classified without the earlier turns or tools that they had\n`);
    for (const warning of report.warnings) io.stderr(`${warning}\n`);
    if (joined.withoutDecision > 0)
      io.stderr(`${joined.withoutDecision} feedbacks are for decisions that are not in the log\n`);
    io.stdout(options.json ? `${offPolicyToJson(report)}\n` : `${offPolicyToText(report)}\n`);
  });
}

async function* from(
  decisions: AsyncIterable<LoggedDecision>,
  since: number,
): AsyncGenerator<LoggedDecision, void, void> {
  let last: string | undefined;
  let found = false;
  for await (const one of decisions) {
    last = one.decision.at;
    if (Date.parse(last) < since) continue;
    found = true;
    yield one;
  }
  if (!found && last !== undefined)
    throw new InvalidOptionError(
      "--since",
      new Date(since).toISOString(),
      `a date with decisions after it: the last is of ${last}`,
    );
}

/**
 * Returns the classifier's name in the router's decisions; undefined if the router cannot decide a mere
 * greeting.
 */
async function classifierOf(router: Router): Promise<string | undefined> {
  try {
    return (await router.decide("hello")).versions.classifier;
  } catch {
    return undefined;
  }
}
