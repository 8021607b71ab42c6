import type { Json } from "../../contracts/index.ts";
import { checkRelease } from "./check-release.ts";
import { createRelease, type Deployment, type ReleaseOptions } from "./create-release.ts";
import { jsonDifferences } from "./json-differences.ts";
import type { Release } from "./release.ts";

/** A place at which two releases differ. */
export interface ReleaseDifference {
  /** For instance `models.large.price.usdPerMillionOutputTokens`. */
  readonly path: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** A place at which a deployment differs from a release. */
export interface DeploymentDifference {
  readonly path: string;
  readonly release: Json | undefined;
  readonly deployment: Json | undefined;
}

export interface Verification {
  /** True if nothing differs, of what could be compared. */
  readonly same: boolean;
  readonly differences: readonly DeploymentDifference[];
  /** Places of the release of which the deployment does not say anything: prompts, served versions, the file's hash. */
  readonly unchecked: readonly string[];
}

/** Returns the differences of two releases, at most 1,000. Throws `OutcomeFormatError` if one is not a release. */
export function diffReleases(before: Release, after: Release): readonly ReleaseDifference[] {
  const [a, b] = [contentOf(checkRelease(before, "before")), contentOf(checkRelease(after, "after"))];
  return jsonDifferences(a, b).map(({ path, left, right }) => ({ path, before: left, after: right }));
}

/**
 * Says whether a router is a release, and what differs. `options` are those of `createRelease`: what they leave out is
 * not compared. Throws `OutcomeFormatError` if it is not a release, and as `createRelease` does.
 */
export function verifyRelease(
  router: Deployment,
  release: Release,
  options: ReleaseOptions = {},
): Verification {
  const wanted = contentOf(checkRelease(release, "release"));
  const given = contentOf(createRelease(router, options));
  const all = jsonDifferences(wanted, given);
  const isUnchecked = (path: string, right: unknown) => right === undefined && onlyGiven.test(path);
  const differences = all.filter(({ path, right }) => !isUnchecked(path, right));
  return {
    same: differences.length === 0,
    differences: differences.map(({ path, left, right }) => ({ path, release: left, deployment: right })),
    unchecked: all.flatMap(({ path, right }) => (isUnchecked(path, right) ? [path] : [])),
  };
}

/** Places that no router knows by itself. */
const onlyGiven = /^classifier\.fileHash$|^models(?:\.[\w-]+|\["(?:[^"\\]|\\.)*"\])\.(?:served|prompt)$/;

function contentOf({ hash: _, createdAt: __, ...content }: Release): Omit<Release, "hash" | "createdAt"> {
  return content;
}
