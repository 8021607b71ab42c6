/** Constants of the processes that share rates and of their test. */
export const ratedTenants = ["a", "b"] as const;
export const perTenant = 600;
