/** Version of Node that the package asks for, as `engines` of package.json says it. */
const wanted = "20.19";

/**
 * Returns the problem with a Node that is older than `major.minor`; undefined where there is none, and in runtimes that only
 * say that they are like some Node. Uses nothing that an old Node lacks.
 */
export function oldNode(major: number, minor: number): string | undefined {
  const { node, bun, deno } = (globalThis.process?.versions ?? {}) as Partial<Record<string, string>>;
  if (typeof node !== "string" || bun !== undefined || deno !== undefined) return undefined;
  const [ownMajor = Number.NaN, ownMinor = 0] = node.split(".").map(Number);
  const isOld = ownMajor < major || (ownMajor === major && ownMinor < minor);
  return isOld ? `needs Node ${wanted} or newer, and this is Node ${node}: install a newer one` : undefined;
}
