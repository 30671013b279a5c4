#!/usr/bin/env bash
# Checks that the simulator's responses conform to specs/*/openapi.yaml, by running schemathesis (PyPI) on each API.
# Usage: tests/schemathesis.sh [API…]     default: all seven APIs
# Requires `st` (pip install schemathesis), curl and jq. SIMULATOR_URL selects a running simulator; by default the script
# starts one. SCHEMATHESIS_OUT selects the directory of the reports.
set -euo pipefail
cd "$(dirname "$0")/.."

out=${SCHEMATHESIS_OUT:-$(mktemp -d)}
if [[ -z ${SIMULATOR_URL:-} ]]; then
  cargo build -q -p keyfob-simulator --example serve
  "${CARGO_TARGET_DIR:-target}/debug/examples/serve" >"$out/environment" &
  trap "kill $!" EXIT
  until grep -q DIGITALEO_CLIENT_SECRET "$out/environment"; do sleep 0.1; done
  . "$out/environment"
fi
url=$SIMULATOR_URL

mkdir -p "$out/work"

# command PATH BODY: sends a request to the control API.
command() { curl -fsS -X POST "$url/_control/$1" -d "$2" >/dev/null; }

# token PATH ID SECRET: fetches a token with the credentials in the request body.
token() {
  curl -fsS "$url$1" -d grant_type=client_credentials --data-urlencode "client_id=$2" \
    --data-urlencode "client_secret=$3" | jq -er .access_token
}

# check API BASE TOKEN [ARGUMENT...]: checks one document against one base URL, with valid and invalid requests.
check() {
  local api=$1 base=$2 token=$3 root=$PWD
  shift 3
  (cd "$out/work" && st run "$root/specs/$api/openapi.yaml" --url "$url$base" --header "Authorization: Bearer $token" \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
    --seed 1 --generation-database none --continue-on-failure --warnings off --no-color "$@") \
    >>"$out/$api.log" 2>&1 || failed+=("$api$base")
}

run() {
  local api=$1
  case $api in
    ditio-core) check "$api" /ditio/core "$DITIO_ACCESS_TOKEN" --max-examples 20 ;;
    ditio-reporting)
      check "$api" /ditio/reporting "$DITIO_ACCESS_TOKEN" --exclude-path-regex '^/api/file' \
        --max-examples 50
      check "$api" /ditio/core "$DITIO_ACCESS_TOKEN" --include-path-regex '^/api/file' ;;
    ditio-mass-transport) check "$api" /ditio/mass-transport "$DITIO_ACCESS_TOKEN" --max-examples 200 ;;
    bits)
      check "$api" /bits "$(curl -fsS -u "$BITS_CLIENT_ID:$BITS_CLIENT_SECRET" -d grant_type=client_credentials \
        "$url/bits/v1/oauth2/token" | jq -er .access_token)" --max-examples 300 ;;
    itempath) check "$api" /itempath "$ITEMPATH_TOKEN" --max-examples 20 ;;
    dvinci)
      check "$api" /dvinci "$(token /dvinci/plt/oauth2/token "$DVINCI_CLIENT_ID" "$DVINCI_CLIENT_SECRET")" \
        --max-examples 20 ;;
    digitaleo)
      command tokens '{"action": "configure", "vendor": "digitaleo", "size": 200}'
      local token
      token=$(token /digitaleo/oauth/token "$DIGITALEO_CLIENT_ID" "$DIGITALEO_CLIENT_SECRET")
      check "$api" /digitaleo/contacts/rest "$token" --include-path-regex '^/(contacts|lists|statistics|fields)$'
      check "$api" /digitaleo/api/rest "$token" --include-path-regex '^/(campaign|mailings|\{resource\})'
      check "$api" /digitaleo/sms/rest "$token" --include-path-regex '^/sms$' ;;
    *) echo "unknown API: $api; see specs/" >&2; exit 2 ;;
  esac
}

failed=()
[[ $# -gt 0 ]] || set -- bits digitaleo ditio-core ditio-mass-transport ditio-reporting dvinci itempath
for api; do
  : >"$out/$api.log"
  run "$api"
  echo "$api: $(grep -E '^ +[0-9]+ generated' "$out/$api.log" | tr -s ' \n' ' ')"
done
echo "Reports: $out"
[[ ${#failed[@]} -eq 0 ]] || { echo "responses violate the document: ${failed[*]}; see the reports" >&2; exit 1; }
