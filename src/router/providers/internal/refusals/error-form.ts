import { fieldsOf, isObject } from "../../../../plugin/fields-of.ts";

/**
 * The form of an error's body. `own`: the one of an API, `{ error: { … } }`. `named`: another one that engines and providers
 * have: a text as `error`, or a name next to the message. `said`: a message alone, as gateways send, too. `none`: a page, a
 * text, nothing.
 */
export type ErrorForm = "own" | "named" | "said" | "none";

/** Returns the form of a body that was read as JSON; undefined: it is none. */
export function errorFormOf(body: unknown): ErrorForm {
  const { error, errors, object, error_type, base_resp, type, code, message, detail } = fieldsOf(body);
  if (isObject(error)) return "own";
  const isNamed = (names: readonly unknown[]) => names.some((one) => typeof one === "string" && one !== "");
  // Problems of RFC 9457 have a type, and no message.
  const hasName = isNamed([error, error_type]) || (isNamed([message]) && isNamed([type, code]));
  if (hasName || object === "error" || isObject(base_resp)) return "named";
  return [message, detail, errors].some((one) => one !== undefined && one !== null) ? "said" : "none";
}

/**
 * True if the answer is the provider's own refusal, for which it bills nothing. What else may come with a status of failure
 * is of something between us and the provider, which may have lost an answer that was written and billed.
 */
export function isOwnRefusal(status: number | undefined, form: ErrorForm): boolean {
  if (status === undefined || status < 400) return false;
  if (form === "own" || form === "none") return form === "own";
  if (status < 500) return true;
  return form === "named" && !ofGateways(status);
}

/** Statuses that tell of a server behind the one that answers: RFC 9110, and those of Cloudflare. */
function ofGateways(status: number): boolean {
  return status === 502 || status === 504 || (status >= 520 && status <= 527) || status === 530;
}
