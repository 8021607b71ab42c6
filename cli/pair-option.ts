import { InvalidOptionError } from "../src/contracts/index.ts";

/** Parses the value of an option like `--rename old=new`. Names of models may hold colons, but no `=`. */
export function pairOption(option: string, text: string, form: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at <= 0 || at === text.length - 1) throw new InvalidOptionError(option, text, form);
  return [text.slice(0, at), text.slice(at + 1)];
}
