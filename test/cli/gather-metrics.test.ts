import parsePrometheus from "parse-prometheus-text-format";
import { expect, it } from "vitest";
import { mergeTexts } from "../../cli/gather-metrics.ts";

it("texts of workers become one: a family once, each series with its worker, values as they are", () => {
  const own = (value: number) =>
    `# HELP a_total With "quotes" and \\\\.\n# TYPE a_total counter\na_total{model="x{y=\\"1\\"}"} ${value}\n# HELP up Up.\n# TYPE up gauge\nup ${value}\n`;
  const merged = mergeTexts(
    new Map([
      [10, own(2)],
      [2, own(1)],
      [3, ""],
      [4, "nonsense\n# TYPE"],
    ]),
  );
  expect(merged.split("\n").filter((line) => line.startsWith("up"))).toEqual([
    'up{worker="2"} 1',
    'up{worker="10"} 2',
  ]);
  const [family, ...others] = parsePrometheus(merged);
  expect(others.map(({ name }) => name)).toEqual(["up"]);
  expect(family).toMatchObject({
    name: "a_total",
    metrics: [
      { value: "1", labels: { worker: "2", model: 'x{y="1"}' } },
      { value: "2", labels: { worker: "10" } },
    ],
  });
  expect(mergeTexts(new Map())).toBe("");
});
