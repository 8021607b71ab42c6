import { InvalidOptionError, type ReleaseName } from "../../contracts/index.ts";

/** Throws `InvalidOptionError` unless the value names a release. */
export function checkReleaseName(option: string, release: ReleaseName): void {
  const hash: unknown = typeof release === "string" ? release : (release as { hash?: unknown } | null)?.hash;
  if (typeof hash !== "string" || !/^[0-9a-f]{12,64}$/.test(hash))
    throw new InvalidOptionError(option, hash, "a release, or its hash: 12 to 64 hex digits");
}
