import type { Member } from "../contracts/index.ts";

/** Returns the reason why no member of a pool may be called: that of each of the first members. */
export function reasonOfNone(
  asked: readonly { readonly member: Member; readonly permitted: true | string }[],
): string {
  if (asked.length === 0) return "the pool has no endpoint";
  const reasons = asked.slice(0, mostReasons).map(({ member, permitted }) => `${member.key}: ${permitted}`);
  const more = asked.length - reasons.length;
  return `no member is permitted: ${reasons.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}

const mostReasons = 8;
