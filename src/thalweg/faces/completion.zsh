#compdef thalweg
# Completion of thalweg for zsh. Made by: thalweg completion zsh
_thalweg() {
    local line paths=none
    local -a offered
    while IFS= read -r line; do
        case $line in
            :none|:files|:folders) paths=${line#:} ;;
            *) offered+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
        esac
    done < <("${(Q)words[1]/#\~/$HOME}" __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)
    (( $#offered )) && _describe thalweg offered
    case $paths in
        files) _files ;;
        folders) _files -/ ;;
    esac
}
if [ "$funcstack[1]" = _thalweg ]; then
    _thalweg "$@"
else
    compdef _thalweg thalweg
fi
