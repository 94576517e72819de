# The production hook service: no development dependencies, no embedded database, no playground, no mini authorization server.
#
#   docker run --read-only --tmpfs /tmp -p 8443:8443 -v …:/tls:ro \
#     -e DATABASE_URL=… -e MINTMARK_TLS_CERT_FILE=/tls/server.pem -e MINTMARK_TLS_KEY_FILE=/tls/server.key mintmark
#   docker run --rm --read-only -e DATABASE_URL=… mintmark node dist/cli/main.js migrate
#
# It writes to no file of its own; what is to be kept goes into a volume at /app/state.
# `npm run image:replay` checks this file without a container engine, and knows only the instructions used here.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json nest-cli.json prisma.config.ts ./
COPY scripts/prisma-generate.mjs scripts/bundle-hook.mjs ./scripts/
COPY prisma ./prisma
COPY src ./src
RUN npm run build \
  && rm -rf dist/playground dist/authorization-server \
  && find dist -type f ! -name '*.js' -delete

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# What no program reads is removed: types, source maps, the packages' own tests, and the query compilers of other databases.
RUN npm ci --omit=dev --omit=optional --ignore-scripts \
  && find node_modules -type f \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' -o -name '*.md' \) \
    ! -iname 'licen[cs]e*' ! -iname 'notice*' -delete \
  && find node_modules -type d \( -name test -o -name benchmark -o -name .github -o -name .husky \) -prune -exec rm -rf {} + \
  && find node_modules/@prisma/client/runtime -name 'query_compiler_*' ! -name '*_fast_bg.postgresql.*' -delete

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
COPY prisma/migrations ./prisma/migrations
# A new volume takes its mode from here.
RUN mkdir -m 1777 state
USER node
EXPOSE 8443
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:'+(process.env.MINTMARK_OPS_PORT||9464)+'/readyz').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
# With its usual limit of gigabytes V8 lets garbage grow to four times what is alive before it collects, and after a busy start still by
# a third; what is alive here is below 150 MB, caches full. Node 24 would let short-lived objects have 128 MB; and as most of what is
# read at first is kept, V8 would put what is read later among the long-lived objects at once, where it waits for a collection of the
# whole heap.
CMD ["node", "--max-old-space-size=512", "--max-semi-space-size=16", "--heap-growing-percent=3", "--no-allocation-site-pretenuring", "dist/hook-service/main.js"]
