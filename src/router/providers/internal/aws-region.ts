/** A region, which could not name another host. */
export const regionOption = {
  is: "text",
  pattern: /^[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/,
  expected: 'a region of AWS, for instance "eu-central-1"',
} as const;

/** Returns the domain of a region's partition. */
export function awsDomain(region: string): string {
  return region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}
