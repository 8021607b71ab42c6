import { isRouterError, type Model } from "../src/contracts/index.ts";
import type { ServerDescription } from "../src/contracts/server-description.ts";
import { withTimeLimit } from "../src/plugin/with-time-limit.ts";

export interface ServerReport {
  /** Its description of itself, on one line. */
  readonly said: string;
  readonly problem?: string | undefined;
  readonly notice?: string | undefined;
}

/** Asks the server of a model what it is, if the model can. Never rejects. */
export async function askServer(
  model: Model,
  timeoutMs: number,
): Promise<{ readonly server?: ServerReport }> {
  const { describe } = model;
  if (typeof describe !== "function") return {};
  const late = new TypeError(`no answer within ${timeoutMs / 1_000} s`);
  try {
    const limit = { timeoutMs, signal: undefined, reason: () => late };
    const description = await withTimeLimit((signal) => describe.call(model, { signal }), limit);
    return { server: { said: textOf(description), ...remarkOf(model, description) } };
  } catch (error) {
    const reason = isRouterError(error) || error === late ? (error as Error).message : "it cannot be asked";
    return {
      server: { said: "did not describe itself", notice: `its server was not asked what it is: ${reason}` },
    };
  }
}

/** Models that are shown. */
const mostShown = 5;

function textOf({
  engine,
  version,
  models,
  contextWindow,
  slots,
  capabilities = {},
}: ServerDescription): string {
  const names = models
    .slice(0, mostShown)
    .map(({ id, parent }) => (parent === undefined ? id : `${id} (LoRA of ${parent})`));
  const rest = models.length > mostShown ? [`and ${models.length - mostShown} others`] : [];
  const can = Object.entries(capabilities).flatMap(([name, has]) =>
    typeof has === "boolean" ? [has ? name : `no ${name}`] : [],
  );
  return [
    version === undefined ? engine : `${engine} ${version}`,
    ...(contextWindow === undefined ? [] : [`${contextWindow.toLocaleString("en-US")} tokens`]),
    ...(slots === undefined ? [] : [`${slots} at a time`]),
    ...can,
    ...(names.length === 0 ? [] : [`serves ${[...names, ...rest].join(", ")}`]),
  ].join("; ");
}

function remarkOf(model: Model, said: ServerDescription): Omit<ServerReport, "said"> {
  const { contextWindow: window } = said;
  if (window === undefined) return {};
  const shown = window.toLocaleString("en-US");
  if (model.contextWindow === undefined)
    return {
      notice: `its server states a window of ${shown} tokens: give contextWindow, or use fromServer()`,
    };
  if (model.contextWindow <= window) return {};
  return { problem: `contextWindow is ${model.contextWindow}, but its server takes ${shown} tokens at most` };
}
