import { existsSync } from "node:fs";
import { Command } from "commander";
import { checkOther } from "../evals/data/outcomes/check-other.ts";
import { writeWhole } from "../evals/data/outcomes/write-whole.ts";
import { InvalidOptionError } from "../src/contracts/index.ts";
import type { Environment } from "../src/index.ts";
import { usd } from "../src/plugin/format-number.ts";
import { readName } from "../src/plugin/read-name.ts";
import { environmentProviders, hasKey } from "../src/router/presets/inner.ts";
import { type AuditPlan, type DayCost, type DayTraffic, dayCost } from "./day-cost.ts";
import { dayTraffic, type TrafficOptions } from "./day-traffic.ts";
import { formatTable } from "./format-table.ts";
import type { Terminal } from "./io.ts";
import { loopConfig } from "./loop-config.ts";
import { numberOption } from "./number-option.ts";
import { optionalNumber } from "./optional-number.ts";
import { toJson } from "./to-json.ts";

interface Options extends TrafficOptions {
  readonly config: string;
  readonly small?: string | undefined;
  readonly large?: string | undefined;
  readonly judge?: string | undefined;
  readonly rate?: string | undefined;
  readonly perDay?: string | undefined;
  readonly usdPerDay: string;
  readonly file: string;
  readonly maxLoss: string;
  readonly force: boolean;
  readonly json: boolean;
}

const usualRate = 0.02;

/** The command `switchpoint loop init`: writes a config with an audit, and says what a day of it costs. */
export function loopInitCommand(terminal: Terminal): Command {
  return new Command("init")
    .description(
      "write a config file with an audit on, and say what a day costs before it starts; no model is called",
    )
    .option("--config <file>", "path of the config file", "router.mjs")
    .option("--small <model>", "small model, as provider:model (default: as the environment says)")
    .option("--large <model>", "large model, the reference (default: as the environment says)")
    .option(
      "--judge <model>",
      "model that scores the answers (default: one of another provider whose key is set, else the large one)",
    )
    .option("--rate <share>", "share of requests that are audited, in (0, 1] (default: 0.02)")
    .option("--per-day <count>", "instead: number of requests a day")
    .option("--usd-per-day <usd>", "the most that the audit may cost a day", "5")
    .option("--max-loss <number>", "quality that may be lost on average, above 0 and below 1", "0.02")
    .option("--file <file>", "file for the audit's records", "audit.jsonl")
    .option("--requests-per-day <count>", "requests a day, for the cost (default: by --log, else 1,000)")
    .option("--input-tokens <count>", "mean tokens of a request (default: by --log, else 500)")
    .option("--output-tokens <count>", "mean tokens of an answer (default: by --log, else 300)")
    .option("--log <file>", "decision log of your traffic, to estimate the cost from")
    .option("--force", "replace the config file if there is one", false)
    .option("--json", "print JSON: { config, plan, traffic, cost }", false)
    .addHelpText(
      "after",
      `
The config exports the router as its default, and audit, auditFile, promise and drift by name. Keys come from the
environment. Nothing runs and nothing is paid before your application uses the router.

Exit codes: 0 done, 2 wrong usage, or a file that is there already.

Example:
  switchpoint loop init --requests-per-day 20000 --rate 0.02 --usd-per-day 5
  switchpoint loop init --config router.mjs --small openai:gpt-5.4-mini --large openai:gpt-5.5 --log decisions.jsonl
`,
    )
    .action((options: Options) => loopInit(options, terminal));
}

async function loopInit(options: Options, { stdout, stderr, env, now }: Terminal): Promise<void> {
  const { config, file, force, json } = options;
  checkOther(config, [file, options.log], "--config");
  if (!/\.(?:mjs|js|mts|ts)$/.test(config))
    throw new InvalidOptionError("--config", config, "a file that ends in .mjs, .js, .mts or .ts");
  if (file.trim() === "" || /\.gz$/i.test(file))
    throw new InvalidOptionError("--file", file, "the name of a file to append to, without .gz");
  if (!force && existsSync(config))
    throw new InvalidOptionError(
      "--config",
      config,
      "a new file, or --force, which replaces the one that is there",
    );
  const plan = planOf(options, env);
  const maxLoss = numberOption("--max-loss", options.maxLoss, 0.0001, 0.9999);
  const traffic = await dayTraffic(options, plan.large);
  const cost = dayCost(plan, traffic, now());
  await writeWhole(config, [loopConfig({ ...plan, auditFile: file, maxLoss })], "--config");
  stdout(
    json
      ? `${toJson({ config, plan, traffic, cost }, 2)}\n`
      : textOf({ config, plan, traffic, cost, maxLoss }),
  );
  stderr(`the config is in ${config}; check it with: switchpoint doctor --config ${config}\n`);
}

/** Checks the options that go into the config. Throws `InvalidOptionError`. */
function planOf(options: Options, env: Environment): AuditPlan {
  const usual = Object.entries(environmentProviders);
  const [first, entry] = usual.find(([, provider]) => hasKey(env, provider)) ?? usual[0] ?? [];
  const named = (option: string, given: string | undefined, otherwise: string): string => {
    const name = given ?? otherwise;
    const { provider, model } = readName(name);
    if (!Object.hasOwn(environmentProviders, provider) || model.trim() === "")
      throw new InvalidOptionError(
        option,
        name,
        `provider:model, with a provider of ${Object.keys(environmentProviders).join(", ")}`,
      );
    return name;
  };
  const small = named("--small", options.small, env["SWITCHPOINT_SMALL"] ?? `${first}:${entry?.small}`);
  const large = named("--large", options.large, env["SWITCHPOINT_LARGE"] ?? `${first}:${entry?.large}`);
  if (small === large) throw new InvalidOptionError("--small", small, "another model than --large");
  const other = usual.find(
    ([name, provider]) =>
      ![small, large].some((one) => readName(one).provider === name) && hasKey(env, provider),
  );
  const judge = named(
    "--judge",
    options.judge,
    other === undefined ? large : `${other[0]}:${other[1].large}`,
  );
  const perDay = optionalNumber("--per-day", options.perDay, 1, 1e7);
  if (perDay !== undefined && options.rate !== undefined)
    throw new InvalidOptionError("--per-day", options.perDay, "absent together with --rate");
  if (perDay !== undefined && !Number.isInteger(perDay))
    throw new InvalidOptionError("--per-day", options.perDay, "a whole number");
  const usdPerDay = numberOption("--usd-per-day", options.usdPerDay, 0.01, 1e6);
  if (perDay !== undefined) return { small, large, judge, perDay, usdPerDay };
  return {
    small,
    large,
    judge,
    rate: optionalNumber("--rate", options.rate, 1e-6, 1) ?? usualRate,
    usdPerDay,
  };
}

interface Told {
  readonly config: string;
  readonly plan: AuditPlan;
  readonly traffic: DayTraffic;
  readonly cost: DayCost;
  readonly maxLoss: number;
}

function textOf({ config, plan, traffic, cost, maxLoss }: Told): string {
  const { asked, comparisons, answerUsd, judgeUsd, usdPerDay, trafficUsd } = cost;
  const isBounded = comparisons < asked;
  const count = (value: number) =>
    value.toLocaleString("en-US", { maximumFractionDigits: value < 10 ? 1 : 0 });
  const daysOf = (from: number, to: number) =>
    from === to ? `${count(to)} ${to === 1 ? "day" : "days"}` : `${count(from)} to ${count(to)} days`;
  const least = leastRecords(maxLoss);
  const rows = [
    ["requests a day", `${count(traffic.requestsPerDay)} (${traffic.source})`],
    ["a request", `${count(traffic.inputTokens)} tokens in, ${count(traffic.outputTokens)} out`],
    ["audited a day", `${count(comparisons)}${isBounded ? ` of ${count(asked)}, as the money allows` : ""}`],
    [
      "an audit",
      `${usd(answerUsd + judgeUsd)}: second answer ${usd(answerUsd)}, two verdicts ${usd(judgeUsd)}`,
    ],
    ["a day", `about ${usd(cost.usd)}, at most ${usd(usdPerDay)}; the traffic itself ${usd(trafficUsd)}`],
  ];
  return [
    `An audit of ${plan.small} against ${plan.large}, judged by ${plan.judge}, costs about ${usd(cost.usd)} a day.`,
    "",
    formatTable([["", "value"], ...rows]),
    "",
    `A certificate of a loss of at most ${count(100 * maxLoss)} points needs at least ${count(least)} records, and often some ${count(7 * least)}:`,
    `${daysOf(Math.ceil(least / comparisons), Math.ceil((7 * least) / comparisons))}. Then: switchpoint loop status --config ${config}`,
    "",
  ].join("\n");
}

/** Records that certify with 95 % confidence if none of them loses anything. */
function leastRecords(maxLoss: number): number {
  return Math.ceil(Math.log(0.05) / Math.log1p(-maxLoss));
}
