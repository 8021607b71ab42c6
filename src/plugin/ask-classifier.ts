import type { Classification, Classifier } from "../contracts/classifier.ts";
import { ClassifierError, errorType, isRouterError } from "../contracts/errors/index.ts";
import type { HopContext } from "../contracts/hop.ts";
import type { RequestFacts } from "../contracts/request-facts.ts";
import { checkClassification } from "./check-classification.ts";
import { dropPromises } from "./drop-promises.ts";
import { harderOf } from "./harder-of.ts";
import { settleWithin } from "./settle-within.ts";

/** A classification, or the reason why there is none. */
export type Classified =
  | { readonly classification: Classification; readonly error?: undefined }
  | { readonly classification?: undefined; readonly error: ClassifierError };

/**
 * Asks a classifier, and never throws or rejects. Returns at once if the classifier does. A classifier that
 * answers later has `timeoutMs`, or until the signal of the hop fires. A classification that breaks the
 * contract counts as a failure (see `checkClassification`). Messages contain no text of foreign errors.
 *
 * Where a coding agent wrote into the request, the classifier is asked twice: about what a human typed, and about the whole. Of an
 * agent that is believed the first counts: what it writes into each request is harder than most of what is asked. Else the harder one
 * does, so that nothing that looks like an agent's can lower a complexity.
 */
export function askClassifier(
  classifier: Classifier,
  request: RequestFacts,
  hop: HopContext,
  timeoutMs: number,
): Classified | Promise<Classified> {
  const { typed } = request;
  if (typed === undefined) return askOnce(classifier, request, hop, timeoutMs);
  const whole = askOnce(classifier, Object.freeze({ ...request, typed: undefined }), hop, timeoutMs);
  const { ask, window, askCharacters, isBelieved } = typed;
  const alone = Object.freeze({ ...request, ask, window, askCharacters, typed: undefined });
  const part = askOnce(classifier, alone, hop, timeoutMs);
  return whole instanceof Promise || part instanceof Promise
    ? Promise.all([whole, part]).then(([one, other]) => joined(one, other, isBelieved))
    : joined(whole, part, isBelieved);
}

/** If one that counts failed, there is no classification, since it might have been the higher one. */
function joined(
  { classification: whole, error }: Classified,
  { classification: part, error: partError }: Classified,
  isBelieved: boolean,
): Classified {
  if (part === undefined) return { error: partError };
  if (isBelieved) return { classification: withBoth(part, whole, part) };
  if (whole === undefined) return { error };
  return { classification: withBoth(harderOf(whole, part), whole, part) };
}

/** Adds the complexity of the whole, and of what a human typed, to the signals. */
function withBoth(
  counts: Classification,
  whole: Classification | undefined,
  part: Classification,
): Classification {
  const { complexity, category, quality, signals } = counts;
  const both =
    whole === undefined ? { typed: part.complexity } : { typed: part.complexity, whole: whole.complexity };
  return { complexity, category, quality, signals: { ...signals, ...both } };
}

function askOnce(
  classifier: Classifier,
  request: RequestFacts,
  hop: HopContext,
  timeoutMs: number,
): Classified | Promise<Classified> {
  try {
    const answer = classifier.classify(request, hop);
    return answer instanceof Promise || typeof (answer as { then?: unknown } | null)?.then === "function"
      ? later(classifier, answer as Promise<Classification>, hop.signal, timeoutMs)
      : checked(classifier, answer as Classification);
  } catch (cause) {
    return failed(classifier.name, cause);
  }
}

async function later(
  classifier: Classifier,
  answer: Promise<Classification>,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<Classified> {
  const { name } = classifier;
  const timeError = () => new ClassifierError(name, `gave no answer within ${timeoutMs} ms`);
  try {
    return checked(classifier, await settleWithin(answer, { signal, ms: timeoutMs, timeError }));
  } catch (cause) {
    return failed(name, cause);
  }
}

function checked(classifier: Classifier, given: Classification): Classified {
  const { name } = classifier;
  const { classification, problem } = checkClassification(classifier, given);
  if (classification !== undefined) {
    const { quality, category, signals } = given;
    if (!isPromise(quality) && !isPromise(category) && !isPromise(signals)) return { classification };
  }
  dropPromises(given);
  return { error: new ClassifierError(name, problem ?? "returned a promise in a field: it must be awaited") };
}

function isPromise(field: unknown): boolean {
  return field instanceof Promise;
}

function failed(name: string, cause: unknown): Classified {
  if (isRouterError(cause, "classifier")) return { error: cause };
  // Only the type, since a foreign message may quote the prompt.
  return { error: new ClassifierError(name, `threw an error of type ${errorType(cause)}`, { cause }) };
}
