"""The builder of the site: pages from `docs`, a reference from the catalogues, the commands and the docstrings, figures from the tutorial.

    python -m docs.builder        # the site into build/docs/html

- `prose`       a docstring to Markdown
- `catalogues`  every catalogue of the package to a page
- `commands`    the command line to a page
- `python`      the public names to a page
- `blocks`      the fenced blocks of a page, and what each is
- `session`     runs a page's blocks in an empty folder
- `figures`     what a page draws, as mark-up and data
- `sources`     all pages of the site, each with its text
- `theme`       the look; `conf` is what Sphinx reads
"""
