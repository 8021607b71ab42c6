const plainName = /^[A-Za-z_$][\w$]{0,63}$/;

/**
 * Returns the name of a foreign error's type, or the type of another thrown value. An error may have any
 * name, also one made of a prompt or one that throws: a name that is not an identifier gives `Error`.
 */
export function typeOfError(error: unknown): string {
  try {
    if (!(error instanceof Error)) return typeof error;
    const { name } = error;
    return typeof name === "string" && plainName.test(name) ? name : "Error";
  } catch {
    return "Error";
  }
}
