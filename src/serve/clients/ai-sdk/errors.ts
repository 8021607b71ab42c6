import { isRouterError } from "../../../contracts/index.ts";
import { failureOf } from "../../http/failure.ts";

/**
 * Errors as the AI SDK knows them: by marks and not by class, so that the package need not be installed. None is to be
 * retried there: the router has retried already, and a second round would double calls and cost.
 */

const mark = "vercel.ai.error";

function marked<Fields extends object>(name: string, message: string, fields: Fields): Error & Fields {
  const error = Object.assign(new Error(message), fields, { name });
  for (const key of [mark, `${mark}.${name}`])
    Object.defineProperty(error, Symbol.for(key), { value: true, enumerable: false });
  return error;
}

/** An error of a call, as `APICallError` of the AI SDK. */
export interface ApiCallFields {
  readonly url: string;
  /** Always empty: the request holds prompt text. */
  readonly requestBodyValues: object;
  readonly statusCode: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly isRetryable: false;
  /** Short name of the problem for programs. */
  readonly data: { readonly code: string };
  /** The error of this package, or undefined. */
  readonly cause: unknown;
}

/** Returns an error of the router as an `APICallError`. Text of errors that are not ours is not shown. */
export function apiCallError(error: unknown, modelId: string): Error & ApiCallFields {
  const { status, message, code, headers } = failureOf(error);
  return marked("AI_APICallError", message, {
    url: `switchpoint:${modelId}`,
    requestBodyValues: {},
    statusCode: status,
    responseHeaders: headers,
    isRetryable: false as const,
    data: { code },
    cause: isRouterError(error) ? error : undefined,
  });
}

/** Returns the `NoSuchModelError` for a name. `known` are the names that there are. */
export function noSuchModel(modelId: string, modelType: string, known: readonly string[]): Error {
  const others = known.length === 0 ? "routers have none of this kind" : `there are ${known.join(", ")}`;
  return marked("AI_NoSuchModelError", `there is no such ${modelType} here; ${others}`, {
    modelId,
    modelType,
  });
}
