package archive

// TidyName lets specs see how names are kept.
var TidyName = tidyName
