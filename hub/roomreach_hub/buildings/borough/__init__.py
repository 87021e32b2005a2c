"""A made-up borough: twelve sites, sixty rooms, four providers, and what happened there in four weeks."""
