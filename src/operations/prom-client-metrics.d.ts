// prom-client ships no declarations for the files that hold its default metrics one by one.
declare module 'prom-client/lib/metrics/*.js' {
  const collect: (
    register: import('prom-client').Registry,
    options: { readonly eventLoopMonitoringPrecision: number },
  ) => void;
  export default collect;
}
