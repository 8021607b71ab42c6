import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parser } from "@prometheus-io/lezer-promql";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { createFamilies } from "../../../src/serve/metrics/families.ts";
import type { Family } from "../../../src/serve/metrics/family.ts";
import { root } from "../../support/package-sources.ts";

const folder = `${root}examples/watch`;
const panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[] =
  JSON.parse(readFileSync(`${folder}/grafana-dashboard.json`, "utf8")).panels;
const groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[] =
  parse(readFileSync(`${folder}/alerts.yml`, "utf8")).groups;

/** Gauges that each process counts for itself. All others are states, which processes may share. */
const ownGauges = ["switchpoint_saving_usd", "switchpoint_log_lost_decisions"];
/** Counters of what each process meets by itself, though it happened once. */
const metByEach = [
  "switchpoint_budget_news_total",
  "switchpoint_replacements_total",
  "switchpoint_model_life_total",
];

const queries = [
  ...panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }, at) => ({ place: `panel ${title} ${at}`, expr })),
  ),
  ...groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => ({ place: alert, expr }))),
].map(({ place, expr }) => ({
  place,
  expr: expr.replaceAll("$__rate_interval", "10m").replaceAll("$__range", "20m"),
}));

/** The expression over the series of one job. */
function of(job: string, expr: string): string {
  let text = expr;
  const ends: number[] = [];
  parser.parse(expr).iterate({
    enter: ({ name, from, to }) => {
      if (name !== "VectorSelector") return;
      const selector = expr.slice(from, to);
      ends.push(from + (/^\w+/.exec(selector)?.[0].length ?? 0));
    },
  });
  for (const end of ends.reverse()) {
    const rest = text.slice(end);
    text = `${text.slice(0, end)}{job="${job}"${rest.startsWith("{") ? `,${rest.slice(1)}` : `}${rest}`}`;
  }
  return text.replaceAll('job=~"$job",', "").replaceAll(',job=~"$job"', "");
}

/** Values of a label for which every rule fires. */
function valuesOf({ name }: Family, label: string): readonly string[] {
  if (label === "outcome") return ["completed", "failed"];
  if (label !== "state") return ["a"];
  if (name.endsWith("promise_state")) return ["at-risk"];
  return name.endsWith("pool_endpoints") ? ["ready"] : ["open"];
}

/** Value of a state for which every rule fires. */
function stateOf({ name }: Family): number {
  if (name.endsWith("pool_endpoints") || name.endsWith("store_up")) return 0;
  return name.endsWith("left_ratio") ? 0.05 : 1;
}

/** Series of a server that has done `1 / share` times this work, in the notation of promtool. */
function seriesOf(labels: string, share: number): { readonly series: string; readonly values: string }[] {
  return Object.values(createFamilies()).flatMap((family) => {
    const sets = family.labels.reduce<readonly string[]>(
      (found, label) =>
        found.flatMap((one) => valuesOf(family, label).map((value) => `${one},${label}="${value}"`)),
      [labels],
    );
    const step = metByEach.includes(family.name) ? 8 : 8 * share;
    const counted = `0+${step}x40`;
    if (family.type === "histogram")
      return sets.flatMap((set) => [
        { series: `${family.name}_bucket{${set},le="0.5"}`, values: `0+${step / 2}x40` },
        { series: `${family.name}_bucket{${set},le="+Inf"}`, values: counted },
        { series: `${family.name}_sum{${set}}`, values: counted },
        { series: `${family.name}_count{${set}}`, values: counted },
      ]);
    const isState = family.type === "gauge" && !ownGauges.includes(family.name);
    return sets.map((set) => ({
      series: `${family.name}{${set}}`,
      values: isState ? `${stateOf(family)}+0x40` : counted,
    }));
  });
}

const promtool = process.env["PROMTOOL_PATH"] ?? "promtool";
const isThere = spawnSync(promtool, ["--version"]).status === 0;
if (!isThere) console.log("skipped: no promtool (PROMTOOL_PATH; apt-get install promtool)");

describe.skipIf(!isThere)("the files for Grafana and Prometheus over several workers", () => {
  it("say of four workers that share their state what they say of one process that does the same", () => {
    const series = [
      ...seriesOf('job="one"', 1),
      ...[1, 2, 3, 4].flatMap((worker) => seriesOf(`job="four",worker="${worker}"`, 1 / 4)),
    ];
    const test = {
      interval: "1m",
      input_series: series,
      promql_expr_test: queries.map(({ expr }) => ({
        expr: `count(abs((${of("one", expr)}) - (${of("four", expr)})) < 1e-6) == bool count(${of("one", expr)})`,
        eval_time: "30m",
        exp_samples: [{ labels: "{}", value: 1 }],
      })),
    };
    const place = mkdtempSync(join(tmpdir(), "switchpoint-workers-"));
    try {
      const file = join(place, "test.yml");
      writeFileSync(file, stringify({ rule_files: [], evaluation_interval: "1m", tests: [test] }));
      const { stdout, stderr, status } = spawnSync(promtool, ["test", "rules", file], { encoding: "utf8" });
      expect({ status, said: `${stdout}${stderr}`.replaceAll(file, "") }).toEqual({
        status: 0,
        said: expect.stringContaining("SUCCESS"),
      });
    } finally {
      rmSync(place, { recursive: true });
    }
  });
});

it("each rule tells of several workers once: its result has no series of a worker", () => {
  for (const { place, expr } of queries) {
    const found: string[] = [];
    parser.parse(expr).iterate({
      enter: ({ name, node }) => {
        if (name !== "VectorSelector") return;
        let isAggregated = false;
        for (let parent = node.parent; parent !== null; parent = parent.parent)
          if (parent.name === "AggregateExpr") isAggregated = true;
        if (!isAggregated) found.push(place);
      },
    });
    expect(found).toEqual([]);
  }
});
