// node test/bench/pool-size.mjs: decide() and route() with two pools of so many members each, next to the plain model, in
// turns. In-memory models: a network would hide the difference. Prints microseconds of CPU per request, as the median of
// rounds.
import { createRouter } from "switchpoint";
import { always } from "switchpoint/policies";
import { pool } from "switchpoint/providers/pools";
import { fakeModel } from "switchpoint/testing";
import { measure, median } from "./measure.mjs";

const eu = {
  name: "eu",
  permits: ({ facts }) => facts.labels.residency === "eu" || "elsewhere",
};
const at = (endpoint) => ({ ...fakeModel({ name: "vllm:m", labels: { residency: "eu" } }), endpoint });
const models = (size, from) =>
  Array.from({ length: size }, (_, index) => at(`http://h${from + index}:8000/v1`));
const make = (size) =>
  createRouter({
    models:
      size === 0
        ? { a: { ...at("http://a/"), name: "a" }, b: { ...at("http://b/"), name: "b" } }
        : { a: pool("a", models(size, 0)), b: pool("b", models(size, 5_000)) },
    policy: always("a"),
    constraints: [eu],
  });

const sizes = [0, 1, 10, 100, 300, 900];
const routers = sizes.map(make);
const rounds = sizes.map(() => ({ decide: [], route: [] }));
for (let round = 0; round < 6; round += 1)
  for (const [index, router] of routers.entries())
    for (const way of ["decide", "route"]) {
      const work = () => router[way]("Hello");
      const { cpu } = await measure(work, { runs: 100, warmUp: round === 0 ? 200 : 0 });
      if (round > 0) rounds[index][way].push(cpu);
    }
const rows = sizes.map((members, index) => ({
  members,
  decide: Math.round(median(rounds[index].decide)),
  route: Math.round(median(rounds[index].route)),
}));
console.log(JSON.stringify(rows));
process.exit();
