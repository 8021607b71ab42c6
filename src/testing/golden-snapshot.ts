import { AssertionError } from "node:assert";
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { OutcomeFormatError, type PlanStep } from "../contracts/index.ts";
import { fileToReplace } from "../plugin/file-to-replace.ts";

/**
 * A decision without what changes between runs or with prices. `propensity` is present if a lottery
 * decided; the draw is then 0.5. `error` is the error code if there is no decision.
 */
export interface GoldenRoute {
  readonly id: string;
  readonly model?: string | undefined;
  readonly plan?: readonly PlanStep[] | undefined;
  readonly reason?: string | undefined;
  /** Models that all constraints permit. */
  readonly permitted?: readonly string[] | undefined;
  readonly propensity?: number | undefined;
  readonly error?: string | undefined;
}

/** Maximum number of differences that the error lists; the others are only counted. */
const mostListed = 20;

/** Parses the routes of a snapshot. Throws `OutcomeFormatError`. */
export function parseSnapshot(file: string, text: string): GoldenRoute[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    let route: Partial<GoldenRoute> | null = null;
    try {
      route = JSON.parse(line);
    } catch {
      throw new OutcomeFormatError(file, index + 1, "line", "is not JSON: is this a snapshot?");
    }
    if (typeof route?.id !== "string")
      throw new OutcomeFormatError(file, index + 1, "id", "must be a string: is this a snapshot?");
    return [{ ...route, id: route.id }];
  });
}

/** Throws an `AssertionError` that lists the differences, if there are any. */
export function compareRoutes(
  routes: readonly GoldenRoute[],
  earlier: readonly GoldenRoute[],
  file: string,
): void {
  const before = new Map(earlier.map((route) => [route.id, route]));
  const asked = new Set(routes.map(({ id }) => id));
  const differences = [
    ...routes.flatMap((route) => differenceOf(before.get(route.id), route)),
    ...earlier.filter(({ id }) => !asked.has(id)).map(({ id }) => `${id}: no longer requested`),
  ];
  if (differences.length === 0) return;
  const more = differences.length - mostListed;
  const lines = [...differences.slice(0, mostListed), ...(more > 0 ? [`and ${more} more`] : [])];
  throw new AssertionError({
    message: [
      `${differences.length} ${differences.length === 1 ? "difference" : "differences"} from ${basename(file)}:`,
      ...lines.map((line) => `  ${line}`),
      "If they are intended, write the snapshot with SWITCHPOINT_UPDATE=1 or update: true.",
    ].join("\n"),
  });
}

function differenceOf(before: GoldenRoute | undefined, after: GoldenRoute): string[] {
  if (before === undefined) return [`${after.id}: not in the snapshot; ${showRoute(after)}`];
  // Compared as JSON, like the snapshot: keys in one order, without undefined.
  if (JSON.stringify(normalised(before)) === JSON.stringify(normalised(after))) return [];
  return [`${after.id}: ${showRoute(before)} -> ${showRoute(after)}`];
}

function normalised({ model, plan, reason, permitted, propensity, error }: GoldenRoute): unknown {
  return [
    model,
    plan?.map((step) => [step.model, step.unless]),
    reason,
    permitted,
    propensity === undefined ? undefined : propensity.toFixed(9),
    error,
  ];
}

function showRoute({ plan = [], reason, permitted = [], propensity, error }: GoldenRoute): string {
  if (error !== undefined) return `no decision (${error})`;
  const steps = plan.map(({ model, unless }) => (unless === undefined ? model : `${model} unless ${unless}`));
  const chance = propensity === undefined ? "" : `; probability ${Number(propensity.toPrecision(3))}`;
  return `${steps.join(" then ")} (${reason}; permitted: ${permitted.join(", ")}${chance})`;
}

export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Writes a file atomically: on failure the old content stays. A device or a pipe is written to. */
export async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const replaced = await fileToReplace(file);
  if (replaced === undefined) return writeFile(file, text, "utf8");
  const draft = `${replaced}.${randomUUID()}.tmp`;
  try {
    await writeFile(draft, text, "utf8");
    await rename(draft, replaced);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
