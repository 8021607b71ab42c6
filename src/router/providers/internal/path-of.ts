import { InvalidOptionError } from "../../../contracts/index.ts";

/**
 * Returns a model's name as a part of an address, encoded, so that it stays in its place whatever it holds.
 * Slashes stay: `tunedModels/mine`. Throws `InvalidOptionError` for parts that no encoding keeps in place.
 */
export function pathOf(option: string, name: string): string {
  const parts = name.split("/");
  if (parts.some((part) => part === "" || part === "." || part === "..") || /[\ud800-\udfff]/u.test(name))
    throw new InvalidOptionError(option, name, 'a name without empty parts, "." and ".."');
  return parts.map(encodeURIComponent).join("/");
}
