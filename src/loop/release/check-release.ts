import { OutcomeFormatError } from "../../contracts/index.ts";
import { releaseHash } from "./create-release.ts";
import type { Release } from "./release.ts";

/** Longest text of a release, in characters. */
const longest = 5_000_000;
/** Deepest nesting, and largest number of values. */
const deepest = 100;
const mostValues = 200_000;
const mostModels = 10_000;

/** Reads the text of a release. Throws `OutcomeFormatError`, which names `source` and the field. */
export function parseRelease(text: string, source: string): Release {
  if (text.length > longest)
    throw new OutcomeFormatError(source, 0, "file", `has more than ${longest} characters`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    throw new OutcomeFormatError(source, 0, "file", "is not JSON: is it complete?");
  }
  return checkRelease(value, source);
}

/** Checks every field of a release, and its hash. Throws as `parseRelease` does. */
export function checkRelease(value: unknown, source: string): Release {
  const wrong: Wrong = (field, problem) => {
    throw new OutcomeFormatError(source, 0, field, problem);
  };
  checkSize(value, wrong);
  const release = object(value, "file", wrong);
  if (release["formatVersion"] !== 1)
    wrong(
      "formatVersion",
      release["formatVersion"] === undefined
        ? "is missing: is it a file by `switchpoint release create`?"
        : "is not 1, the one that this version of the package reads",
    );
  hex(release["hash"], "hash", 64, wrong);
  date(release["createdAt"], "createdAt", wrong);
  const policy = object(release["policy"], "policy", wrong);
  text(policy["name"], "policy.name", wrong);
  hex(policy["hash"], "policy.hash", 12, wrong);
  if (policy["parameters"] !== undefined) object(policy["parameters"], "policy.parameters", wrong);
  const classifier = object(release["classifier"], "classifier", wrong);
  text(classifier["name"], "classifier.name", wrong);
  text(classifier["version"], "classifier.version", wrong);
  if (classifier["fileHash"] !== undefined) hex(classifier["fileHash"], "classifier.fileHash", 64, wrong);
  checkModels(release["models"], wrong);
  texts(release["constraints"], "constraints", wrong);
  if (release["certificate"] !== undefined) {
    const certificate = object(release["certificate"], "certificate", wrong);
    text(certificate["tuning"], "certificate.tuning", wrong);
    date(certificate["expiresAt"], "certificate.expiresAt", wrong);
  }
  const versions = object(release["versions"], "versions", wrong);
  text(versions["package"], "versions.package", wrong);
  text(versions["catalogue"], "versions.catalogue", wrong);
  if (releaseHash(release) !== release["hash"])
    wrong("hash", "is not the hash of the rest: the file was changed after it was made");
  return release as unknown as Release;
}

type Wrong = (field: string, problem: string) => never;
type Fields = Readonly<Record<string, unknown>>;

function checkModels(value: unknown, wrong: Wrong): void {
  const models = Object.entries(object(value, "models", wrong));
  if (models.length === 0 || models.length > mostModels) wrong("models", `must be 1 to ${mostModels} models`);
  for (const [id, one] of models) {
    const field = `models.${id.slice(0, 60)}`;
    const model = object(one, field, wrong);
    text(model["name"], `${field}.name`, wrong);
    const position = model["position"];
    if (!(typeof position === "number" && Number.isInteger(position) && position >= 0))
      wrong(`${field}.position`, "must be an integer of at least 0");
    for (const name of ["contextWindow", "maxOutputTokens"])
      if (model[name] !== undefined && !(typeof model[name] === "number" && model[name] > 0))
        wrong(`${field}.${name}`, "must be a number above 0");
    for (const name of ["price", "capabilities", "defaults", "prompt"])
      if (model[name] !== undefined) object(model[name], `${field}.${name}`, wrong);
    object(model["labels"], `${field}.labels`, wrong);
    if (model["served"] !== undefined) texts(model["served"], `${field}.served`, wrong);
  }
}

/** Refuses what would be compared for long, or overflow the stack. Breadth first, since nesting is what is not trusted. */
function checkSize(value: unknown, wrong: Wrong): void {
  let level: unknown[] = [value];
  let left = mostValues;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > deepest) wrong("file", `is nested more than ${deepest} deep`);
    left -= level.length;
    if (left < 0) wrong("file", `has more than ${mostValues} values`);
    const next: unknown[] = [];
    for (const one of level)
      if (typeof one === "object" && one !== null) for (const inner of Object.values(one)) next.push(inner);
    level = next;
  }
}

function object(value: unknown, field: string, wrong: Wrong): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) wrong(field, "must be an object");
  return value as Fields;
}

function text(value: unknown, field: string, wrong: Wrong): void {
  if (typeof value !== "string" || value === "" || value.length > 10_000)
    wrong(field, "must be a text of 1 to 10,000 characters");
}

function texts(value: unknown, field: string, wrong: Wrong): void {
  if (!Array.isArray(value)) wrong(field, "must be an array of texts");
  for (const [at, one] of (value as readonly unknown[]).entries()) text(one, `${field}[${at}]`, wrong);
}

function hex(value: unknown, field: string, digits: number, wrong: Wrong): void {
  if (typeof value !== "string" || value.length !== digits || !/^[0-9a-f]+$/.test(value))
    wrong(field, `must be ${digits} hex digits`);
}

function date(value: unknown, field: string, wrong: Wrong): void {
  if (typeof value !== "string" || value.length > 100 || Number.isNaN(Date.parse(value)))
    wrong(field, "must be a date in ISO 8601");
}
