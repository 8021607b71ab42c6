import { describe, test } from "vitest";
import { leastLoaded, leastLoadedOptions } from "../../../src/router/pools/balance/least-loaded.ts";
import { prefixAffinity, prefixAffinityOptions } from "../../../src/router/pools/balance/prefix-affinity.ts";
import { checkEndpoints, endpointOptions } from "../../../src/router/pools/discovery/check-endpoints.ts";
import { dns, dnsOptions } from "../../../src/router/pools/discovery/dns.ts";
import { fileOf, fileOfOptions } from "../../../src/router/pools/discovery/file-of.ts";
import { kubernetes, kubernetesOptions } from "../../../src/router/pools/discovery/kubernetes.ts";
import { polled, polledOptions } from "../../../src/router/pools/discovery/polled.ts";
import { poolHealthOptions } from "../../../src/router/pools/health/health-options.ts";
import { poolLoadOptions } from "../../../src/router/pools/load/load-options.ts";
import { vllmMetrics } from "../../../src/router/pools/load/names/vllm.ts";
import { watchLoad, watchLoadOptions } from "../../../src/router/pools/load/watch-load.ts";
import { foundModels, type PoolOptions, pool, poolOptions } from "../../../src/router/pools/pool.ts";
import { poolScaleOptions } from "../../../src/router/pools/scale/scale-options.ts";
import { fakeModel, optionConformance } from "../../../src/testing/index.ts";

const make = (options: PoolOptions) => pool("own", [fakeModel()], options);
const discover = { name: "none", async *watch() {} };
const url = "http://127.0.0.1:9/metrics";
const noAnswer = async () => new Response();

const suites = {
  dns: optionConformance({
    owner: "dns",
    table: dnsOptions,
    valid: {},
    use: (options) => dns("own.svc", options),
  }),
  fileOf: optionConformance({
    owner: "fileOf",
    table: fileOfOptions,
    valid: {},
    use: (options) => fileOf("endpoints.json", options),
  }),
  kubernetes: optionConformance({
    owner: "kubernetes",
    table: kubernetesOptions,
    valid: { service: "own", namespace: "models" },
    use: kubernetes,
  }),
  leastLoaded: optionConformance({
    owner: "leastLoaded",
    table: leastLoadedOptions,
    valid: {},
    use: leastLoaded,
  }),
  polled: optionConformance({
    owner: "polled",
    table: polledOptions,
    valid: {},
    use: (options) => polled(() => [], options),
  }),
  "endpoints[0]": optionConformance({
    owner: "endpoints[0]",
    table: endpointOptions,
    valid: { url: "http://a.example" },
    use: (endpoint) => checkEndpoints("endpoints", [endpoint]),
  }),
  pool: optionConformance({ owner: "pool", table: poolOptions, valid: {}, use: make }),
  "pool.load": optionConformance({
    owner: "pool.load",
    table: poolLoadOptions,
    valid: {},
    use: (load) => make({ load }),
  }),
  "pool.health": optionConformance({
    owner: "pool.health",
    table: poolHealthOptions,
    valid: {},
    use: (health) => make({ health }),
  }),
  "pool.scale": optionConformance({
    owner: "pool.scale",
    table: poolScaleOptions,
    valid: { max: 3 },
    use: (scale) => make({ load: true, scale }),
  }),
  "pool: members": optionConformance({
    owner: 'pool("own"): members',
    table: foundModels,
    valid: { discover, as: () => fakeModel() },
    use: (members) => pool("own", members),
  }),
  prefixAffinity: optionConformance({
    owner: "prefixAffinity",
    table: prefixAffinityOptions,
    valid: {},
    use: prefixAffinity,
  }),
  watchLoad: optionConformance({
    owner: "watchLoad",
    table: watchLoadOptions,
    valid: { url, names: vllmMetrics, fetch: noAnswer },
    use: (options) => watchLoad(options).close(),
  }),
};

describe.each(Object.entries(suites))("options of %s", (_, cases) => {
  test.each(cases)("$name", ({ run }) => run());
});
