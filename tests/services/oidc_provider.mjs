// A certified OpenID provider for tests: node oidc_provider.mjs PORT. Prints nothing that matters; answers when ready.
//
// Clients register themselves (POST /reg), each test its own. Whoever signs in at its pages by any name is known by
// what PUT /claims/NAME has said before.
import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'

const port = Number(process.argv[2])
const issuer = `http://127.0.0.1:${port}`
const people = new Map()
const provider = new Provider(issuer, {
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username', 'groups'] },
  clientDefaults: { grant_types: ['authorization_code', 'implicit'], response_types: ['code', 'id_token'] },
  responseTypes: ['code', 'id_token'],
  // a client that asks for "thin" tokens gets claims at the userinfo endpoint only, as the standard has it
  conformIdTokenClaims: true,
  features: {
    devInteractions: { enabled: true },
    registration: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    // tokens for programs: signed ones, for the audience that is asked for
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_ctx, audience) => ({
        scope: 'log', audience: audience.replace('urn:audience:', ''), accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
  pkce: { required: () => true },
  async findAccount(_ctx, id) {
    return { accountId: id, claims: async () => ({ sub: id, ...people.get(id) }) }
  },
})
const answer = provider.callback()

createServer((request, response) => {
  const named = /^\/claims\/(.+)$/.exec(request.url)
  if (!named || request.method !== 'PUT') return answer(request, response)
  let body = ''
  request.on('data', (part) => { body += part })
  request.on('end', () => {
    people.set(decodeURIComponent(named[1]), JSON.parse(body))
    response.writeHead(204).end()
  })
}).listen(port, '127.0.0.1')
