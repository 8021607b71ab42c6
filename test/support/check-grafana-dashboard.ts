import { compileCode } from "./compile-code.ts";

/** A panel as the schema knows it: what depends on its type stands in `options` and `fieldConfig.defaults.custom`. */
interface AnyPanel {
  readonly type: string;
  readonly options?: unknown;
  readonly fieldConfig?: { readonly defaults: { readonly custom?: unknown } };
}

/** Types of Grafana's own package, by the type of a panel. */
const panelTypes: Readonly<Record<string, string>> = {
  timeseries: "TimeSeries",
  stat: "Stat",
  heatmap: "Heatmap",
};

/**
 * Compares a dashboard with the schema that Grafana publishes in `@grafana/schema`: it, its panels' options and their fields
 * are compiled as literals of their types, so that unknown fields, absent ones and wrong values are errors. Returns them.
 */
export function checkGrafanaDashboard(dashboard: {
  readonly panels: readonly AnyPanel[];
}): readonly string[] {
  const raw = "@grafana/schema/dist/esm/raw";
  const literals = dashboard.panels
    .filter(({ type }) => type !== "row")
    .flatMap(({ type, options, fieldConfig }, at) => {
      const of = panelTypes[type];
      return [
        `export const options${at}: Plain<import("${raw}/composable/${type}/panelcfg/x/${of}PanelCfg_types.gen").Options> = ${JSON.stringify(options)};`,
        type === "stat"
          ? `export const custom${at}: Record<string, never> = ${JSON.stringify(fieldConfig?.defaults.custom)};`
          : `export const custom${at}: Plain<import("${raw}/composable/${type}/panelcfg/x/${of}PanelCfg_types.gen").FieldConfig> = ${JSON.stringify(fieldConfig?.defaults.custom)};`,
      ];
    });
  return compileCode(`
import type { Dashboard } from "${raw}/dashboard/x/Dashboard_types.gen";
// A file has texts where the schema has the names of an enumeration.
type Plain<T> = unknown extends T ? T
  : T extends string ? \`\${T}\`
  : T extends readonly (infer One)[] ? Plain<One>[]
  : T extends object ? { [Key in keyof T]: Plain<T[Key]> }
  : T;
export const dashboard: Plain<Dashboard> = ${JSON.stringify(dashboard)};
${literals.join("\n")}
`);
}
