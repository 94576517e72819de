/** Under these the root's parts are provided to its controllers. */
export const RUNNING_ORG = Symbol('RunningOrg');
export const LOGGER = Symbol('Logger');
export const CONTROL = Symbol('Control');
