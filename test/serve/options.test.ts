import { describe, test } from "vitest";
import { always } from "../../policies/always.ts";
import { createRouter } from "../../src/router/create/create-router.ts";
import { aiSdk, aiSdkOptions } from "../../src/serve/clients/ai-sdk/ai-sdk.ts";
import { callOptions, requestOfCall } from "../../src/serve/clients/ai-sdk/request-of-call.ts";
import type { ProviderData } from "../../src/serve/clients/ai-sdk/wire.ts";
import { createHandler } from "../../src/serve/http/create-handler.ts";
import { handlerOptions, routeOptions } from "../../src/serve/http/handler-options.ts";
import { authoriseByKeys, keyOptions } from "../../src/serve/http/server/keys.ts";
import { serve } from "../../src/serve/http/server/serve.ts";
import { serveOptions } from "../../src/serve/http/server/serve-options.ts";
import { upstreamOptions } from "../../src/serve/http/upstream.ts";
import { metricsOptions } from "../../src/serve/metrics/options.ts";
import { prometheus } from "../../src/serve/metrics/prometheus/prometheus.ts";
import { dashboard } from "../../src/serve/status/dashboard.ts";
import { dashboardOptions } from "../../src/serve/status/sources.ts";
import { alarms, alarmsOptions } from "../../src/serve/telemetry/alarms/alarms.ts";
import { seriesRead } from "../../src/serve/telemetry/alarms/rule.ts";
import { budgetBurn, budgetBurnOptions } from "../../src/serve/telemetry/alarms/rules/budget-burn.ts";
import {
  quantileAbove,
  quantileAboveOptions,
} from "../../src/serve/telemetry/alarms/rules/quantile-above.ts";
import { rateAbove, rateAboveOptions } from "../../src/serve/telemetry/alarms/rules/rate-above.ts";
import {
  driftActive,
  promiseAtRisk,
  stateRuleOptions,
} from "../../src/serve/telemetry/alarms/rules/state-rules.ts";
import { webhook, webhookOptions } from "../../src/serve/telemetry/alarms/webhook.ts";
import { otel, otelOptions } from "../../src/serve/telemetry/otel/otel.ts";
import { fakeModel, optionConformance } from "../../src/testing/index.ts";

const router = createRouter({ models: { small: fakeModel() }, policy: always("small") });
const hash = "0".repeat(64);
const of = { series: "requests_total" } as const;
const window = { name: "many", of, above: 1 };
const prompt = [{ role: "user" as const, content: [{ type: "text" as const, text: "Hello" }] }];

const suites = {
  aiSdk: optionConformance({
    owner: "aiSdk",
    table: aiSdkOptions,
    valid: {},
    use: (options) => aiSdk(router, options),
  }),
  "providerOptions.switchpoint": optionConformance({
    owner: "providerOptions.switchpoint",
    table: callOptions,
    valid: {},
    use: (switchpoint) =>
      requestOfCall(
        { prompt, providerOptions: { switchpoint: switchpoint as ProviderData[string] } },
        undefined,
      ),
  }),
  createHandler: optionConformance({
    owner: "createHandler",
    table: handlerOptions,
    valid: {},
    use: (options) => createHandler(router, options),
  }),
  "createHandler.routes": optionConformance({
    owner: "createHandler.routes.fast",
    table: routeOptions,
    valid: {},
    use: (fast) => createHandler(router, { routes: { fast } }),
  }),
  "createHandler.upstream": optionConformance({
    owner: "createHandler.upstream",
    table: upstreamOptions,
    valid: { baseUrl: "https://example.com/v1" },
    use: (upstream) => createHandler(router, { upstream }),
  }),
  serve: optionConformance({
    owner: "serve",
    table: serveOptions,
    valid: { port: 0 },
    use: async (options) => (await serve(router, options)).close(),
  }),
  keys: optionConformance({
    owner: "keys[0]",
    table: keyOptions,
    valid: { hash },
    use: (record) => authoriseByKeys([record]),
  }),
  prometheus: optionConformance({
    owner: "prometheus",
    table: metricsOptions,
    valid: {},
    use: (options) => prometheus(router, options as object).close(),
  }),
  dashboard: optionConformance({
    owner: "dashboard",
    table: dashboardOptions,
    valid: {},
    use: (options) => dashboard(router, options as object).close(),
  }),
  alarms: optionConformance({
    owner: "alarms",
    table: alarmsOptions,
    valid: { metrics: { families: async () => [] }, rules: [promiseAtRisk()], notify: () => {} },
    use: (options) => alarms(options).close(),
  }),
  budgetBurn: optionConformance({
    owner: "budgetBurn",
    table: budgetBurnOptions,
    valid: {},
    use: budgetBurn,
  }),
  quantileAbove: optionConformance({
    owner: "quantileAbove",
    table: quantileAboveOptions,
    valid: { ...window, quantile: 0.9 },
    use: quantileAbove,
  }),
  rateAbove: optionConformance({
    owner: "rateAbove",
    table: rateAboveOptions,
    valid: window,
    use: rateAbove,
  }),
  "rateAbove.per": optionConformance({
    owner: "rateAbove.per",
    table: seriesRead,
    valid: of,
    use: (per) => rateAbove({ ...window, per }),
  }),
  promiseAtRisk: optionConformance({
    owner: "promiseAtRisk",
    table: stateRuleOptions,
    valid: {},
    use: promiseAtRisk,
  }),
  driftActive: optionConformance({
    owner: "driftActive",
    table: stateRuleOptions,
    valid: {},
    use: driftActive,
  }),
  webhook: optionConformance({
    owner: "webhook",
    table: webhookOptions,
    valid: { url: "https://example.com" },
    use: webhook,
  }),
  otel: optionConformance({
    owner: "otel",
    table: otelOptions,
    valid: {},
    use: async (options) => (await otel(router, options)).close(),
  }),
};

describe.each(Object.entries(suites))("options of %s", (_, cases) => {
  test.each(cases)("$name", ({ run }) => run());
});
