import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parser } from "@prometheus-io/lezer-promql";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { createFamilies, seriesNames } from "../../../src/serve/metrics/families.ts";
import { prometheus } from "../../../src/serve/metrics/prometheus/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { checkGrafanaDashboard } from "../../support/check-grafana-dashboard.ts";
import { root } from "../../support/package-sources.ts";

const folder = `${root}examples/watch`;
const dashboardText = readFileSync(`${folder}/grafana-dashboard.json`, "utf8");

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly fieldConfig?: { readonly defaults: { readonly unit: string; readonly custom?: unknown } };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly legendFormat: string;
  }[];
}
const dashboard = JSON.parse(dashboardText) as {
  readonly title: string;
  readonly uid: string;
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
  readonly panels: readonly Panel[];
};
const rules = parse(readFileSync(`${folder}/alerts.yml`, "utf8")) as {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly annotations: { readonly summary: string };
    }[];
  }[];
};

/** Grafana puts numbers in place of its variables. */
const withoutVariables = (expr: string) =>
  expr.replaceAll("$__rate_interval", "5m").replaceAll("$__range", "6h").replaceAll("$job", "../telemetry*");
const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat }) => ({
    place: title,
    expr: withoutVariables(expr),
    text: legendFormat,
  })),
);
const alerts = rules.groups.flatMap((group) =>
  group.rules.map(({ alert, expr, annotations }) => ({ place: alert, expr, text: annotations.summary })),
);
const all = [...queries, ...alerts];

/** Names of series with the suffixes of histograms, and their labels. */
const known = new Map<string, readonly string[]>(
  Object.values(createFamilies()).flatMap(({ name, type, labels }) =>
    type === "histogram"
      ? [
          [`${name}_bucket`, [...labels, "le"]],
          [`${name}_sum`, labels],
          [`${name}_count`, labels],
        ]
      : [[name, labels]],
  ),
);

/** Texts of the nodes of an expression that have this kind. */
function nodesOf(expr: string, kind: string): readonly string[] {
  const found: string[] = [];
  parser.parse(expr).iterate({
    enter: ({ name, from, to }) => {
      if (name === kind) found.push(expr.slice(from, to));
    },
  });
  return found;
}

describe("the files for Grafana and Prometheus", () => {
  it.each(all)("$place: its expression is PromQL over series and labels that exist", ({ expr, text }) => {
    expect(nodesOf(expr, "⚠")).toEqual([]);
    const selectors = nodesOf(expr, "VectorSelector");
    expect(selectors.length).toBeGreaterThan(0);
    const labels = new Set(["job"]);
    for (const selector of selectors) {
      const name = /^\w+/.exec(selector)?.[0] ?? "";
      expect([...known.keys()]).toContain(name);
      for (const label of known.get(name) ?? []) labels.add(label);
    }
    const used = [
      ...nodesOf(expr, "LabelName"),
      ...[...text.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)/g)].map(([, label]) => label as string),
    ];
    for (const label of used) expect([...labels]).toContain(label);
  });

  it("show every series but those that are explained by others", () => {
    const shown = new Set(
      all.flatMap(({ expr }) => nodesOf(expr, "VectorSelector").map((one) => /^\w+/.exec(one)?.[0])),
    );
    const left = seriesNames.filter((name) =>
      ["", "_bucket", "_sum"].every((suffix) => !shown.has(`switchpoint_${name}${suffix}`)),
    );
    expect(left).toEqual([
      "build_info",
      "attempts_total",
      "saving_usd",
      "pool_news_total",
      "budget_left",
      "budget_accounts",
      "rollout_stage",
      "drift_found_total",
      "tenant_requests_total",
      "tenant_cost_usd_total",
    ]);
  });

  it("have panels with ids of their own that do not lie on each other, each with a unit", () => {
    const { panels, templating, schemaVersion, uid, title } = dashboard;
    expect({ uid, title, schemaVersion }).toEqual({
      uid: "switchpoint",
      title: "switchpoint",
      schemaVersion: 39,
    });
    expect(templating.list.map(({ name, type }) => [name, type])).toEqual([
      ["datasource", "datasource"],
      ["job", "query"],
    ]);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = new Set<string>();
    for (const { type, gridPos, targets = [], fieldConfig } of panels) {
      const { x, y, w, h } = gridPos;
      expect(x + w).toBeLessThanOrEqual(24);
      for (let column = x; column < x + w; column += 1)
        for (let line = y; line < y + h; line += 1) {
          expect(cells.has(`${column} ${line}`)).toBe(false);
          cells.add(`${column} ${line}`);
        }
      expect(["row", "stat", "timeseries", "heatmap"]).toContain(type);
      if (type === "row") continue;
      expect(fieldConfig?.defaults.unit).not.toBe("");
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    }
    // Nothing of an installation: a data source, an address, a person.
    expect(dashboardText).not.toMatch(/https?:|@|\bpassword|"uid": "(?!switchpoint"|\$\{datasource\}")/);
  });

  it("fit the schema that Grafana publishes, which finds what is wrong", () => {
    expect(checkGrafanaDashboard(dashboard)).toEqual([]);
    const { panels } = dashboard;
    const spoiled = (change: (panel: Record<string, unknown>) => unknown) => {
      const copies = structuredClone(panels) as unknown as Record<string, unknown>[];
      for (const copy of copies) if (copy["type"] === "timeseries") change(copy);
      return checkGrafanaDashboard({ ...dashboard, panels: copies as unknown as typeof panels });
    };
    expect(spoiled((panel) => Object.assign(panel, { gridpos: panel["gridPos"] })).join()).toContain(
      "gridpos",
    );
    expect(
      spoiled((panel) => Object.assign(panel["options"] as object, { legend: { placement: "top" } })).join(),
    ).toContain("top");
  });

  const promtool = process.env["PROMTOOL_PATH"] ?? "promtool";
  const isThere = spawnSync(promtool, ["--version"]).status === 0;
  if (!isThere) console.log("skipped: no promtool (PROMTOOL_PATH; apt-get install promtool)");
  it.skipIf(!isThere)(
    "series with hostile names are accepted by promtool, while the router closes, too",
    async () => {
      const hostile: string = 'a"\\b\n{x="1"} 5\n# TYPE up gauge\r\u202e<script>';
      const models = { small: fakeModel({ model: "small" }), [hostile]: fakeModel({ model: "odd" }) };
      const router = createRouter({ models, policy: always("small") });
      const metrics = prometheus(router, { tenants: [hostile] });
      for (const model of [hostile, "small"])
        await router.route({ messages: [{ role: "user", content: "hi" }], tenant: hostile, model });
      const texts = await Promise.all([metrics.text(), router.close().then(() => metrics.text())]);
      for (const input of texts) {
        expect(input).toContain("<script>");
        const { status, stdout, stderr } = spawnSync(promtool, ["check", "metrics"], {
          input,
          encoding: "utf8",
        });
        expect({ status, said: `${stdout}${stderr}` }).toEqual({ status: 0, said: "" });
      }
    },
  );

  it.skipIf(!isThere)("are accepted by promtool", () => {
    const place = mkdtempSync(join(tmpdir(), "switchpoint-rules-"));
    try {
      const file = join(place, "queries.yml");
      const asRules = queries.map(({ expr }, at) => ({ record: `query:${at}`, expr }));
      writeFileSync(file, stringify({ groups: [{ name: "dashboard", rules: asRules }] }));
      for (const path of [`${folder}/alerts.yml`, file]) {
        const { status, stdout, stderr } = spawnSync(promtool, ["check", "rules", path], {
          encoding: "utf8",
        });
        expect(`${stdout}${stderr}`).toContain("SUCCESS");
        expect(status).toBe(0);
      }
    } finally {
      rmSync(place, { recursive: true });
    }
  });
});
