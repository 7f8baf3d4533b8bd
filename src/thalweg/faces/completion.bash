# Completion of thalweg for bash 3.2 and newer. Made by: thalweg completion bash
_thalweg() {
    local line paths=none current=${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            :none | :files | :folders) paths=${line#:} ;;
            *) COMPREPLY+=("${line%%$'\t'*}") ;;
        esac
    done < <("${1/#\~/$HOME}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    if [ "$paths" != none ]; then
        compopt -o filenames 2>/dev/null
        local action=-f
        [ "$paths" = folders ] && action=-d
        while IFS= read -r line; do
            COMPREPLY+=("$line")
        done < <(compgen "$action" -- "$current")
    fi
}
complete -F _thalweg thalweg
