"""What has changed between two versions, subject by subject: who, when, with which forms, under which conditions."""
