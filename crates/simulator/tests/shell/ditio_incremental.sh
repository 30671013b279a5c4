#!/usr/bin/env bash
# Synchronizes ten tables of Ditio reporting as the vendor documents: with curl and jq, a full run, then an incremental run.
#
# Between the runs it changes, deletes and inserts rows through the simulator's control API. After each run the collected
# rows must equal the simulator's rows. Requires bash, curl and jq, and a simulator:
#
#   SIMULATOR=http://127.0.0.1:8080 CLIENT_ID=… CLIENT_SECRET=… [CHUNK=5000] ditio_incremental.sh
set -euo pipefail

identity=$SIMULATOR/ditio/identity
reporting=$SIMULATOR/ditio/reporting
control=$SIMULATOR/_control
chunk=${CHUNK:-5000}
tables="time-registrations absence-registrations machine-registrations incident-registrations checklist-registrations
flow-trip-registrations project project/work-breakdown-structure resource user"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

get() { curl --silent --show-error --fail "$@"; }

token=$(get --data-urlencode "grant_type=client_credentials" --data-urlencode "scope=reportingapiv1" \
    --data-urlencode "client_id=$CLIENT_ID" --data-urlencode "client_secret=$CLIENT_SECRET" \
    "$identity/connect/token" | jq --raw-output .access_token)

# Fetches every page of a table; writes upserts and deletions to a file each.
fetch() {
    local table=$1 since=$2 continuation="" page=$work/page.json
    : >"$work/upserts"
    : >"$work/deletions"
    while :; do
        local query=(--get --data-urlencode "ChunkLimit=$chunk")
        [ -z "$since" ] || query+=(--data-urlencode "ModifiedSince=$since")
        [ -z "$continuation" ] || query+=(--data-urlencode "ContinuationToken=$continuation")
        get "${query[@]}" --header "Authorization: Bearer $token" --output "$page" "$reporting/v1/$table"
        jq --raw-output --arg table "$table" \
            '"\($table): \(.syncTypeName), \(.recordCount) rows, \(.deletedRecordCount) of them deleted"' "$page"
        jq --compact-output '.data // [] | .[] | select(.isDeleted != true)' "$page" >>"$work/upserts"
        jq --compact-output '.data // [] | .[] | select(.isDeleted == true) | {id, isDeleted}' "$page" >>"$work/deletions"
        continuation=$(jq --raw-output '.continuationToken // empty' "$page")
        [ -n "$continuation" ] || break
    done
}

# Merges rows by id, one line per row: the last version wins, deleted rows are removed.
merge() {
    jq --slurp --sort-keys --compact-output \
        'reduce .[] as $row ({}; .[$row.id] = $row) | [.[] | select(.isDeleted != true)] | sort_by(.id) | .[]' "$@"
}

# Prints the file with the collected rows of a table.
rows_file() { echo "$work/${1//\//_}.rows"; }

# Prints the simulator's rows, without the members of absences that require a parameter.
expected() {
    get "$control/ditio/reporting/${1##*/}" | jq --compact-output '.rows[] | del(.sickLeaveReason, .childName, .childBirthDate)'
}

run() {
    local since=$1
    for table in $tables; do
        local rows
        rows=$(rows_file "$table")
        touch "$rows"
        fetch "$table" "$since"
        merge "$rows" "$work/upserts" "$work/deletions" >"$work/merged"
        mv "$work/merged" "$rows"
        if expected "$table" | merge | cmp --silent - "$rows"; then
            echo "$table: $(wc -l <"$rows") rows, the same as the simulator's"
        else
            echo "$table: not the simulator's rows" >&2
            failed=1
        fi
    done
}

# Deletes two rows, changes three and inserts one.
change() {
    local name=${1##*/} ids
    ids=$(jq --slurp --compact-output '[.[:5][].id]' "$(rows_file "$1")")
    get --request DELETE --data "{\"ids\": $(jq --compact-output '.[:2]' <<<"$ids")}" "$control/ditio/reporting/$name"
    get --request PATCH --data "{\"ids\": $(jq --compact-output '.[2:]' <<<"$ids"), \"set\": {\"name\": \"Endret – på nytt\"}}" \
        "$control/ditio/reporting/$name"
    get --request POST --data '{"name": "Ny «rad»"}' "$control/ditio/reporting/$name"
    echo
}

run ""
# Watermark: the time before the first page minus ten minutes.
watermark=$(get "$control/state" | jq --raw-output '.now | sub("\\.[0-9]+Z$"; "Z") | fromdate - 600 | todate')
for table in $tables; do
    change "$table"
done
run "$watermark"
exit "$failed"
