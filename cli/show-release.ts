import type { Json } from "../src/contracts/index.ts";
import type { Release, ReleaseDifference, Verification } from "../src/loop/index.ts";
import { counted } from "../src/plugin/counted.ts";
import { formatTable } from "./format-table.ts";

/** Number of digits by which decisions name a release. */
const digits = 12;

/** Formats what was written. */
export function releaseToText(
  { hash, policy, classifier, models, certificate }: Release,
  file: string,
): string {
  return [
    `release ${hash.slice(0, digits)} -> ${file}`,
    `policy ${policy.name} (${policy.hash}), classifier ${classifier.name}@${classifier.version}`,
    `${counted(Object.keys(models).length, "model")}: ${Object.keys(models).join(", ")}`,
    certificate === undefined
      ? "no certificate: what this release loses against the large model is not known"
      : `certificate of tuning ${certificate.tuning}, until ${certificate.expiresAt}`,
    "",
  ].join("\n");
}

/** Formats whether a deployment is a release. */
export function verificationToText(found: Verification, { hash }: Release): string {
  const name = `release ${hash.slice(0, digits)}`;
  const rest = found.unchecked.map((path) => `not checked, since the deployment does not say it: ${path}\n`);
  if (found.same) return `the deployment is ${name}\n${rest.join("")}`;
  const rows = found.differences.map(({ path, release, deployment }) => [
    path,
    show(release),
    show(deployment),
  ]);
  return `the deployment is not ${name}\n${formatTable([["path", "release", "deployment"], ...rows])}\n${rest.join("")}`;
}

/** Formats the differences of two releases. */
export function diffToText(differences: readonly ReleaseDifference[], a: Release, b: Release): string {
  const names = [a, b].map(({ hash }) => hash.slice(0, digits));
  if (differences.length === 0) return `${names[0]} and ${names[1]} are the same release\n`;
  const rows = differences.map(({ path, before, after }) => [path, show(before), show(after)]);
  return `${formatTable([["path", ...names.map(String)], ...rows])}\n`;
}

interface ListedRelease {
  readonly file: string;
  readonly hash: string;
  readonly createdAt: string;
  readonly policy: string;
  readonly classifier: string;
  readonly models: readonly string[];
  readonly certificate: string | undefined;
}

/** Formats releases as a table. */
export function listToText(releases: readonly ListedRelease[]): string {
  if (releases.length === 0) return "no releases here\n";
  const rows = releases.map(({ file, hash, createdAt, policy, classifier, models, certificate }) => [
    hash.slice(0, digits),
    createdAt,
    policy,
    classifier,
    models.join(", "),
    certificate ?? "-",
    file,
  ]);
  return `${formatTable([["release", "made at", "policy", "classifier", "models", "certificate", "file"], ...rows])}\n`;
}

const longest = 60;

function show(value: Json | undefined): string {
  if (value === undefined) return "-";
  const text = JSON.stringify(value);
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
