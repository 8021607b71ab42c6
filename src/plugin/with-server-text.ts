import { hideName, showDetail } from "../contracts/errors/index.ts";
import { isRouterError, type Model, type ProviderErrorKind } from "../contracts/index.ts";
import { cleanDetail } from "./clean-detail.ts";
import { serverWords } from "./server-words.ts";

/** Kinds whose detail, without a status, is the text of a library. */
const withoutServer: ReadonlySet<ProviderErrorKind> = new Set<ProviderErrorKind>([
  "connection",
  "timeout",
  "incomplete",
  "unsupported",
  "unknown",
]);

/**
 * Makes the error of a provider say what the server said: in its message where the words are known to be
 * harmless, and in a `detail` without what it holds of the request and of keys, which `console.error` shows.
 * `request` is what was sent; undefined if no prompt was. Changes the error and returns it; other errors pass
 * unchanged.
 */
export function withServerText(
  error: unknown,
  { name, defaults }: Pick<Model, "name" | "defaults">,
  request: unknown,
): unknown {
  if (!isRouterError(error, "provider")) return error;
  try {
    for (const field of ["providerCode", "param"] as const)
      if (!isName(error[field], name)) hideName(error, field);
    const { detail, status, kind } = error;
    if (typeof detail !== "string" || detail === "") return error;
    const isServers = status !== undefined || !withoutServer.has(kind);
    const said = isServers ? serverWords(detail, { model: name, status, request }) : undefined;
    showDetail(error, cleanDetail(detail, [request, defaults], name), said);
  } catch {
    // An error that was frozen, or whose detail is a getter that throws: its text is then not shown.
  }
  return error;
}

/** Form of the names of codes and fields. */
const nameForm = /^[\w.:[\]-]{1,100}$/;

/** True for a name that holds no key, or for none. */
function isName(value: string | undefined, model: string): boolean {
  return value === undefined || (nameForm.test(value) && cleanDetail(value, undefined, model) === value);
}
