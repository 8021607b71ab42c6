import type { Load, Price } from "../src/contracts/index.ts";
import { counted } from "../src/plugin/counted.ts";
import { showUsd } from "../src/plugin/show-usd.ts";
import type { EndpointReport } from "./ask-endpoint.ts";
import type { CallReport } from "./call-model.ts";
import type { Diagnosis, RoutingReport } from "./diagnose.ts";
import type { KeyVariable } from "./environment-variables.ts";
import { gpuLines } from "./gpu-report.ts";
import { type ModelReport, sampleRequest } from "./inspect-model.ts";
import type { PoolReport } from "./inspect-pool.ts";
import type { StoreReport } from "./inspect-store.ts";
import { paint } from "./paint.ts";

/** Formats a diagnosis for people: first what works, last what does not. */
export function showDiagnosis(diagnosis: Diagnosis): string {
  const { config, environment, catalogue, models, routing, problems, notices, works } = diagnosis;
  const sections = [
    section("Environment (names only)", environmentLines(environment)),
    section(`Models, ${config === undefined ? "from the environment" : `from ${config}`}`, [
      ...(models.length === 0 ? ["none: see Problems"] : models.flatMap(modelLines)),
    ]),
    section("Routing", [
      ...(routing === undefined ? [] : routingLines(routing)),
      field("catalogue", `reviewed ${catalogue.date}, ${counted(catalogue.ageDays, "day")} ago`),
    ]),
    section("Shared store", storeLines(diagnosis.store)),
    section(
      "Notices",
      notices.map((notice) => `${paint("yellow", "-")} ${notice}`),
    ),
    section(
      "Problems",
      problems.map((problem) => `${paint("red", "-")} ${problem}`),
    ),
  ].filter((text) => text !== "");
  const verdict = works ? paint("green", verdictOf(diagnosis)) : paint("red", nextStep(diagnosis));
  return `${sections.join("\n")}\n${verdict}\n${works ? "Next" : "Then run"}: ${diagnosis.next}\n`;
}

/** Says no more than was checked. */
function verdictOf({ models }: Diagnosis): string {
  const unchecked = models.filter(
    ({ endpoint, pool, call }) =>
      endpoint.reachable === undefined &&
      pool?.members.every((one) => one.endpoint.reachable !== undefined) !== true &&
      !call?.answered,
  );
  if (unchecked.length === 0) return "Everything works.";
  return `Everything that was checked works; not checked: ${unchecked.map(({ id }) => id).join(", ")}.`;
}

function nextStep({ models, problems }: Diagnosis): string {
  if (models.length > 0 || problems.length === 0) return "Something does not work: see Problems.";
  return "No router can be created yet: see Problems. `switchpoint demo` runs without any key.";
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${paint("bold", title)}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

function environmentLines(environment: Diagnosis["environment"]): string[] {
  const named = (isSet: boolean): string =>
    Object.keys(environment)
      .filter((name) => environment[name] === isSet)
      .join(", ");
  return [field("set", named(true) || "none"), field("not set", named(false) || "none")];
}

function modelLines(model: ModelReport): string[] {
  const { id, name, key, endpoint, inCatalogue, contextWindow, maxOutputTokens, price, capabilities } = model;
  const yes = Object.entries(capabilities).flatMap(([capability, has]) => (has === true ? [capability] : []));
  const no = Object.entries(capabilities).flatMap(([capability, has]) =>
    has === false ? [`no ${capability}`] : [],
  );
  const unknown = model.unknown.filter((one) => one !== "price" && one !== "contextWindow");
  const fields = [
    ...(key === undefined ? [] : [field("key", keyText(key, endpoint))]),
    ...(model.pool === undefined ? [field("endpoint", endpointText(endpoint))] : memberLines(model.pool)),
    ...(model.server === undefined ? [] : [field("server", model.server.said)]),
    field("catalogue", inCatalogue ? "listed" : "not listed"),
    field("context", `${tokens(contextWindow)}; output ${tokens(maxOutputTokens)}`),
    ...(model.gpu === undefined
      ? [field("price", priceText(price, model.sampleCostUsd))]
      : gpuLines(model.gpu).map((line, at) => field(at === 0 ? "own GPUs" : "", line))),
    ...lifeLines(model),
    ...(model.call === undefined ? [] : [field("call", callText(model.call))]),
    field("can do", [...yes, ...no, ...unknown.map((one) => unknownText(one, model))].join(", ")),
  ];
  return [`${id}: ${name}`, ...fields.map((line) => `  ${line}`)];
}

/** Members of a pool that are shown. */
const mostShown = 20;

function memberLines({ members, notAsked }: PoolReport): string[] {
  if (members.length === 0) return [field("members", "none: see Problems")];
  const lines = members.slice(0, mostShown).map(({ key, state, endpoint, server, load }) => {
    const text = [
      ...(state === "ready" ? [] : [state]),
      endpointText(endpoint),
      ...(server === undefined ? [] : [server.said]),
      ...(load === undefined ? [] : [loadText(load)]),
    ];
    return field("member", `${key}: ${text.join("; ")}`);
  });
  const more = members.length - lines.length + notAsked;
  return more === 0 ? lines : [...lines, field("member", `and ${more} more`)];
}

function loadText({ running, waiting, kvUsage }: Load): string {
  const counts = [
    ...(running === undefined ? [] : [`${running} running`]),
    ...(waiting === undefined ? [] : [`${waiting} waiting`]),
    ...(kvUsage === undefined ? [] : [`${Math.round(100 * kvUsage)} % of the cache`]),
  ];
  return counts.length === 0 ? "load not known" : counts.join(", ");
}

function lifeLines({ price, priceAgeDays, life }: ModelReport): string[] {
  const checked = price?.checkedOn;
  return [
    ...(checked === undefined || priceAgeDays === undefined
      ? []
      : [field("checked", `${checked}, ${counted(priceAgeDays, "day")} ago${sourceText(price)}`)]),
    ...(life?.retiresOn === undefined ? [] : [field("retires", life.retiresOn)]),
  ];
}

function sourceText(price: Price | undefined): string {
  return price?.source === undefined ? "" : ` (${price.source})`;
}

function unknownText(capability: string, { assumed }: ModelReport): string {
  return assumed.some((one) => one === capability) ? `${capability} assumed` : `${capability} unknown`;
}

function routingLines({ policy, parameters, classifier, certified }: RoutingReport): string[] {
  return [
    field("policy", parameters === undefined ? policy : `${policy} ${JSON.stringify(parameters)}`),
    field("classifier", classifier === "none" ? "not used: nothing depends on it" : classifier),
    field("certified", certified ? "yes" : "no"),
  ];
}

function storeLines(store: StoreReport | undefined): string[] {
  if (store === undefined) return [];
  const { name, namespace, mode, reachable, formatVersion, epoch, roundTripMs = 0, clockSkewMs = 0 } = store;
  const what = `${name}, namespace ${namespace}, ${mode}`;
  if (!reachable) return [field("store", `${what}: failed, see Problems`)];
  return [
    field("store", `${what}: reachable, ${roundTripMs.toFixed(1)} ms`),
    field("data", `format ${formatVersion}, epoch ${epoch}`),
    field("clock", `${clockSkewMs >= 0 ? "+" : ""}${Math.round(clockSkewMs)} ms against this machine's`),
  ];
}

function field(name: string, value: string): string {
  return `${name.padEnd(10)}  ${value}`;
}

function keyText({ variable, found, optional }: KeyVariable, { reachable }: EndpointReport): string {
  if (found) return `${variable} found`;
  if (optional) return `${variable} not set (optional)`;
  return `${variable} not set${reachable ? " (not needed: the endpoint answers)" : ""}`;
}

function endpointText({ reachable, latencyMs, listed, unlisted }: EndpointReport): string {
  if (reachable === undefined) return "not checked: the model has no health()";
  if (!reachable) return "failed: see Problems";
  const list = listed === undefined ? "" : `, lists ${counted(listed, "model")}`;
  const without = unlisted === undefined ? "" : ", but not this one";
  return `reachable, ${Math.round(latencyMs ?? 0)} ms${list}${without}`;
}

function tokens(count: number | undefined): string {
  return count === undefined ? "unknown" : `${count.toLocaleString("en-US")} tokens`;
}

function callText({ answered, latencyMs = 0, costUsd }: CallReport): string {
  if (!answered) return "failed: see Problems";
  const cost = costUsd === undefined ? "cost unknown" : showUsd(costUsd);
  return `answered, ${Math.round(latencyMs)} ms, ${cost}`;
}

function priceText(price: Price | undefined, sampleCostUsd: number | undefined): string {
  if (price === undefined) return "unknown, so what a request costs is not known either";
  const { usdPerMillionInputTokens: input, usdPerMillionOutputTokens: output } = price;
  const { inputTokens, outputTokens } = sampleRequest;
  const sample =
    sampleCostUsd === undefined
      ? ""
      : `; ${showUsd(sampleCostUsd)} for ${inputTokens.toLocaleString("en-US")} in and ${outputTokens} out`;
  return `$${input} in, $${output} out per million tokens${sample}`;
}
