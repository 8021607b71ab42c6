import { isRouterError, type Model } from "../src/contracts/index.ts";
import { createClock } from "../src/plugin/clock.ts";
import { withServerText } from "../src/plugin/with-server-text.ts";
import { unlistedProblem } from "./listed-model.ts";
import { oneLine } from "./show-error.ts";

export interface EndpointReport {
  /** True if the endpoint answered. Absent: the model has no `health()`. */
  readonly reachable?: boolean | undefined;
  readonly latencyMs?: number | undefined;
  /** Number of models that the endpoint lists. Absent: it was not asked for, or it lists none. */
  readonly listed?: number | undefined;
  /** Problem of a model that the endpoint does not list. */
  readonly unlisted?: string | undefined;
  readonly problem?: string | undefined;
}

/** Asks if an endpoint answers. Never rejects. */
export async function askEndpoint(
  model: Model,
  timeoutMs: number,
  now: () => number,
): Promise<EndpointReport> {
  if (model.health === undefined) return {};
  const controller = new AbortController();
  const { monotonic } = createClock(now);
  const startedAt = monotonic();
  let timer: NodeJS.Timeout | undefined;
  let listed: readonly string[] = [];
  const onModels = (names: readonly string[]): void => {
    listed = names;
  };
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${timeoutMs / 1_000} s`));
      controller.abort();
    }, timeoutMs);
  });
  try {
    const reachable = await Promise.race([model.health({ signal: controller.signal, onModels }), limit]);
    if (!reachable) return { reachable, problem: "its endpoint reports that it is unhealthy" };
    const latencyMs = monotonic() - startedAt;
    // The names of deployments are not those of models.
    if (listed.length === 0 || model.provider === "azure") return { reachable, latencyMs };
    const unlisted = unlistedProblem(model.model, listed);
    return { reachable, latencyMs, listed: listed.length, ...(unlisted !== undefined && { unlisted }) };
  } catch (error) {
    return { reachable: false, problem: problemOf(error, model) };
  } finally {
    clearTimeout(timer);
  }
}

/** Longest text of a server that is shown, in characters. */
const longestSaid = 300;

/** Describes what a health check threw. It sent no prompt, so that the server's text may be shown. */
function problemOf(error: unknown, model: Model): string {
  const known = isRouterError(error, "provider");
  withServerText(error, model, undefined);
  const message = error instanceof Error ? error.message : String(error);
  if (!known) return message;
  const { detail = "", kind } = error;
  const isPage = detail.trimStart().startsWith("<") || message.includes("this is not an API");
  const isSaid = detail === "" || isPage || error.status === undefined || message.includes("the server says");
  const said = isSaid ? "" : ` (the server says: ${oneLine(detail).slice(0, longestSaid)})`;
  return `${message}${said}${message.includes("is the base URL right") ? "" : advice(kind, model.provider)}`;
}

/** Providers whose health check names the model; that of the others asks for the list of models. */
const checksName: ReadonlySet<string> = new Set(["anthropic", "google"]);

/** Providers whose errors say themselves what to do. */
const advises: ReadonlySet<string> = new Set(["vertex", "bedrock", "sagemaker"]);

function advice(kind: string, provider: string): string {
  if (advises.has(provider) && kind !== "connection") return "";
  if (kind === "authentication") return ": the key is not accepted";
  if (kind === "connection") return ": is the address right, and is the server up?";
  if (kind !== "not-found") return "";
  return checksName.has(provider)
    ? ": is the model's name right?"
    : ': is the base URL right (most end in "/v1")?';
}
