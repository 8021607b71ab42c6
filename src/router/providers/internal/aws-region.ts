import type { Required, TextKind } from "../../../plugin/options/option-kind.ts";

/** A region, which could not name another host. */
export const regionOption: TextKind & Required = {
  is: "text",
  pattern: /^[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/,
  expected: 'a region of AWS, for instance "eu-central-1"',
};

/** Returns the domain of a region's partition. */
export function awsDomain(region: string): string {
  return region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}
