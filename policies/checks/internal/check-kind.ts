/** Kind of an option that is a check. */
export const checkKind = { is: "object", methods: ["accepts"], named: ["name"] } as const;
