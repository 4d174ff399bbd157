/** What `parse` makes of a command line. Throws in a sentence for the user, which says how to get the help of `command`. */
export function readArguments<Values>(command: string, parse: () => Values): Values {
  try {
    return parse();
  } catch (error) {
    const [what] = (error instanceof Error ? error.message : String(error)).split(/[.\n]/);
    throw new Error(`${what}. "${command} --help" shows what there is.`);
  }
}
