import { errorType } from "../../contracts/errors/index.ts";
import {
  InvalidOptionError,
  isRouterError,
  type Json,
  type Policy,
  type Replacement,
  type Router,
} from "../../contracts/index.ts";
import { dropPromises } from "../../plugin/index.ts";
import { shortText } from "../../plugin/short-text.ts";
import { createRelease, type Deployment, type ReleaseOptions } from "./create-release.ts";

/** Parts of a release, and what its router does not know of it. */
export interface ReleaseParts<Id extends string>
  extends Pick<Replacement<Id>, "policy" | "classifier" | "tuning" | "constraints" | "golden">,
    Pick<ReleaseOptions, "prompts" | "servedModels" | "classifierFileHash"> {}

/**
 * Ways in which a process makes releases, by name. Each is code: it gets the data of the pointer, such as parameters, a
 * tuning or a verdict, and returns a policy or parts, the same for the same data. Its data may be by anyone who can write to the
 * store.
 */
export type Releases<Id extends string> = Readonly<
  Record<string, (data: Json) => Policy<Id> | ReleaseParts<Id>>
>;

/** A release as this process makes it. */
export interface MadeRelease<Id extends string> {
  readonly parts: Omit<Replacement<Id>, "reason" | "release" | "dryRun">;
  readonly hash: string;
}

/** Makes a release of a router by its code. Throws `InvalidOptionError` with the reason why it cannot. */
export function releaseOfData<Id extends string>(
  router: Router<Id>,
  releases: Releases<Id>,
  name: string,
  data: Json,
): MadeRelease<Id> {
  const make = Object.hasOwn(releases, name) ? releases[name] : undefined;
  if (typeof make !== "function")
    throw new InvalidOptionError(
      `releases: a name`,
      shortText(name),
      `one of ${Object.keys(releases).join(", ")}`,
    );
  const made = makeParts(name, make, data);
  const { prompts, servedModels, classifierFileHash, ...parts } = made;
  const constraints = parts.constraints?.map((one) => one.name) ?? router.constraints;
  const deployment: Deployment = {
    models: router.models,
    policy: (parts.policy ?? router.policy) as Policy,
    classifier: parts.classifier ?? router.classifier,
    constraints,
    tuning: parts.tuning === null ? undefined : (parts.tuning ?? router.tuning),
  };
  const { hash } = createRelease(deployment, { prompts, servedModels, classifierFileHash });
  return { parts, hash };
}

function makeParts<Id extends string>(
  name: string,
  make: Releases<Id>[string],
  data: Json,
): ReleaseParts<Id> {
  let made: Policy<Id> | ReleaseParts<Id>;
  try {
    made = make(data);
  } catch (cause) {
    if (isRouterError(cause)) throw cause;
    const problem = `a function that does not throw (an error of type ${errorType(cause)})`;
    throw new InvalidOptionError(`releases.${shortText(name)}`, make, problem, { cause });
  }
  if (dropPromises(made) || typeof made !== "object" || made === null)
    throw new InvalidOptionError(
      `releases.${shortText(name)}`,
      made,
      "a function that returns a policy or parts, and is not async",
    );
  return "select" in made ? { policy: made } : made;
}
