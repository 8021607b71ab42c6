import type { Guard } from "./guard.ts";

/** Returns guards with one more on each unit's first request, right behind the built-in `errors`, if it is among them. */
export function withFirst(guards: readonly Guard[]): readonly Guard[] {
  const name = "errors:first";
  if (guards.some((guard) => guard?.name === name)) return guards;
  return guards.flatMap((guard) =>
    guard?.name === "errors" ? [guard, { ...guard, name, of: "first-request" as const }] : [guard],
  );
}
